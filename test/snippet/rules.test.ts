// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFERRED, forget, onFreshPages, queuedBy, report, until } from '../support/sources.ts';

onFreshPages();

/** As long as the address stays, or within three seconds. */
type Window = 'the address stays' | '3 s';

const LAYERS = 'data-attributes data-layer gtag';
/**
 * The rule table: who may tell of an event, and for how long another's report of it is the same action. The first of
 * `strong` wins; those of `patient` let them speak first.
 */
const TABLE: [event: string, strong: string, patient: string, window: Window][] = [
  ['Product List Viewed', LAYERS, 'json-ld', 'the address stays'],
  ['Product Clicked', LAYERS, '', '3 s'],
  ['Product Viewed', `bus analytics theme ${LAYERS}`, 'json-ld', 'the address stays'],
  ['Products Searched', LAYERS, 'addresses', 'the address stays'],
  ['Product Added', `bus analytics theme ${LAYERS}`, 'cart cart-form', '3 s'],
  ['Product Removed', LAYERS, 'cart', '3 s'],
  ['Product Added to Wishlist', LAYERS, '', '3 s'],
  ['Cart Viewed', LAYERS, 'addresses', 'the address stays'],
  ['Checkout Started', `bus analytics ${LAYERS}`, 'addresses', 'the address stays'],
  ['Checkout Step Completed', LAYERS, '', 'the address stays'],
  ['Payment Info Entered', `bus analytics ${LAYERS}`, '', 'the address stays'],
  ['Order Completed', `bus analytics ${LAYERS}`, 'addresses json-ld', 'the address stays'],
  ['Order Refunded', LAYERS, '', '3 s'],
  ['Promotion Viewed', LAYERS, '', 'the address stays'],
  ['Promotion Clicked', LAYERS, '', '3 s'],
  // Names that only the shop itself uses: the last word decides.
  ['Coupon Entered', 'data-attributes', '', 'the address stays'],
  ['Coupon Applied', 'data-attributes', '', '3 s'],
];
const list = (names: string) => names.split(' ').filter(Boolean);

/** One for each event and source that may win it: the shop's own calls, then whoever speaks first. */
const ROWS = TABLE.flatMap(([event, strong, patient, window]) => {
  const sources = [...list(strong), ...list(patient)];
  return ['api', ...sources].map((winner) => ({
    event,
    winner,
    others: sources.filter((source) => source !== winner),
    window,
  }));
});

describe('one action is told by all its sources: the winner’s words alone are sent', () => {
  test.for(ROWS)('$event: $winner before $others', ({ event, winner, others }) => {
    const isPatient = DEFERRED.includes(winner);
    const all = (sources: string[]) => {
      for (const by of sources) report(by, event, { by });
    };
    if (isPatient) all([winner]);
    all(others.filter((source) => DEFERRED.includes(source)));
    // Who is patient wins where it was first and the others let it wait to its end; else not even then.
    until(isPatient ? 1_600 : 1_400);
    if (!isPatient) all([winner]);
    all(others.filter((source) => !DEFERRED.includes(source)));
    until(60_000);
    expect(queuedBy()).toEqual([winner]);
  });
});

describe('how long a second sighting is the same action', () => {
  const rows = ROWS.filter(({ others }) => others[0]);
  test.for(rows.filter(({ window }) => window === '3 s'))(
    '$event by $winner, then within 3 s or later by $others',
    ({ event, winner, others }) => {
      let at = 0;
      for (const other of others) {
        for (const [laterMs, counted] of [
          [2_999, [winner]],
          [3_000, [winner, other]],
        ] as const) {
          report(winner, event, { by: winner });
          until(at + laterMs);
          report(other, event, { by: other });
          at += 10_000;
          until(at);
          expect([other, laterMs, queuedBy()]).toEqual([other, laterMs, counted]);
          forget();
        }
      }
    },
  );

  test.for(rows.filter(({ window }) => window === 'the address stays'))(
    '$event by $winner, then as long as the address stays by $others',
    ({ event, winner, others }) => {
      report(winner, event, { by: winner });
      until(60_000);
      for (const by of others) report(by, event, { by });
      until(70_000);
      expect(queuedBy()).toEqual([winner]);
      const [by] = others;
      history.pushState(null, '', '/another-tea');
      report(by as string, event, { by });
      until(80_000);
      expect(queuedBy()).toEqual([winner, by]);
    },
  );
});

test.each(ROWS.filter(({ winner, others }) => winner === 'api' && others[0]))(
  '$event: a call of the shop’s own is sent, whoever told before',
  ({ event, others }) => {
    const [by] = others;
    report(by as string, event, { by });
    until(2_000);
    report('api', event, { by: 'api' });
    report('api', event, { by: 'api' });
    until(10_000);
    expect(queuedBy()).toEqual([by, 'api', 'api']);
  },
);

describe('the table is whole', () => {
  /** What each file can report, and who speaks from there. */
  const FILES: [files: string, sources: string[]][] = [
    ['shopline/buses', ['bus', 'analytics', 'theme']],
    ['shopline/cart', ['cart', 'cart-form']],
    ['shopline/addresses', ['addresses']],
    ['{json-ld/read,repair/order}', ['json-ld']],
    ['data-layer/events', ['data-layer']],
    ['data-layer/events', ['gtag']],
  ];
  const EVENT = /'((?:[A-Z][a-z]+ )+[A-Z][a-z]+ed(?: to Wishlist)?)'/g;
  test.each(FILES)('%s reports what the table says of %s, and nothing else', (file, sources) => {
    const text = globSync(`client/snippet/${file}.ts`)
      .map((path) => readFileSync(path, 'utf8'))
      .join('');
    const reported = new Set([...text.matchAll(EVENT)].map(([, event]) => event));
    const rows = TABLE.filter(([, strong, patient]) =>
      sources.some((source) => [...list(strong), ...list(patient)].includes(source)),
    );
    expect(rows.map(([event]) => event).sort()).toEqual([...reported].sort());
  });

  test('and no other file reports by itself', () => {
    const known = [
      ...FILES.map(([file]) => file),
      'shopline/requests',
      'capture/data-attributes',
      'data-layer',
      'forms',
      'json-ld',
      'json-ld/read',
      'markup',
      'repair',
    ];
    const files = globSync('client/snippet/{*,capture/*,shopline/*,data-layer/*,json-ld/*}.ts').filter(
      (path) => /: Capture = |\.capture\(/.test(readFileSync(path, 'utf8')),
    );
    expect(
      files.map((path) => path.slice('client/snippet/'.length, -3)).filter((file) => !known.includes(file)),
    ).toEqual([]);
  });
});

test('the README has the same table', () => {
  const readme = readFileSync('client/README.md', 'utf8');
  const [, section = ''] = /^## Which source wins$([\s\S]*?)^## /m.exec(readme) ?? [];
  const toCode = (names: string) =>
    list(names)
      .map((name) => `\`${name}\``)
      .join(' ');
  expect([...section.matchAll(/^\| `[A-Z].*$/gm)].map(([line]) => line)).toEqual(
    TABLE.map(
      ([event, strong, patient, window]) =>
        `| \`${event}\` | ${toCode(strong)} | ${toCode(patient) || '-'} | ${window} |`,
    ),
  );
});
