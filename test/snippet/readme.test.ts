import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { translate } from '../../client/snippet/data-layer/events.ts';
import { EVENTS as SHOPIFY } from '../../client/snippet/pixel/shopify-events.ts';
import { EVENTS as SHOPLINE } from '../../client/snippet/pixel/shopline-events.ts';

const CLIENT = 'client/README.md';
const SNIPPET = 'client/snippet/README.md';
const read = (path: string) => readFileSync(path, 'utf8');
const DIST = 'client/dist';

/** The rows of the table that begins with these headings, in a part of the README, as the texts of their cells. */
function rowsOf(part: string, heading: string): string[][] {
  const [, section = ''] =
    new RegExp(`^## ${part}$([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(read(CLIENT)) ?? [];
  const table = section.split('\n\n').find((block) => block.includes(`| ${heading} |`)) ?? '';
  const lines = table
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
/** What a cell has in code. */
const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe.each([CLIENT, SNIPPET])('what %s points to is there', (readme) => {
  const links = [...read(readme).matchAll(/\]\(([^)]*)\)/g)].map(([, link = '']) => link.split('#'));
  const pathOf = (file: string) => (file ? join(dirname(readme), file) : readme);

  test('files', () => {
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(([file = '']) => !existsSync(pathOf(file)))).toEqual([]);
  });

  test('headings', () => {
    const headings = (path: string) =>
      [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      );
    expect(links.filter(([file = '', anchor]) => anchor && !headings(pathOf(file)).includes(anchor))).toEqual(
      [],
    );
  });
});

const API = read('client/snippet/api.ts');
/** The names an interface of `api.ts` declares. */
const namesIn = (name: string) => {
  const [, body = ''] = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(API) ?? [];
  return [...body.matchAll(/^ {2}(\w+)[?(:]/gm)].map(([, found = '']) => found);
};

test('every setting and every call is explained', () => {
  const settings = namesIn('Options').filter((name) => name !== 'base');
  expect(settings).toContain('key');
  const attributes = settings.map(
    (name) => `data-${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
  );
  expect([...read(SNIPPET).matchAll(/^\| `(data-[a-z-]+)` \|/gm)].map(([, name]) => name).sort()).toEqual(
    attributes.sort(),
  );
  expect(namesIn('Storebeacon')).toContain('track');
  expect([...new Set(namesIn('Storebeacon'))].filter((name) => !read(SNIPPET).includes(`.${name}`))).toEqual(
    [],
  );
});

test('every file a shopper may fetch is listed, and none is larger than it says', () => {
  const rows = rowsOf('Which files a shopper fetches', 'file');
  const files = rows.map(([file]) => codes(file)[0] ?? '');
  expect(files.sort()).toEqual(
    readdirSync(DIST)
      .filter((name) => name.endsWith('.js'))
      .sort(),
  );
  const tooLarge = rows.flatMap(([file, , limit = '']) => {
    const bytes = brotliCompressSync(readFileSync(`${DIST}/${codes(file)[0]}`)).length;
    return bytes <= Number.parseInt(limit.replace(',', ''), 10) ? [] : [[file, bytes, limit]];
  });
  expect(tooLarge).toEqual([]);
});

/** Of everything a platform's event may hold, one. */
const PARTS = ['cart', 'cartLine', 'checkout', 'collection', 'list', 'productVariant', 'searchResult'];
const DATA = Object.fromEntries(PARTS.map((name) => [name, {}]));

describe('the signals of each platform are those it has', () => {
  const PART = 'Which signal gives which event';
  const signals = rowsOf(PART, 'event | SHOPLINE 1.0, 2.0');
  const pixels = rowsOf(PART, 'event | SHOPLINE pixel');

  test('every event of the rules has its row', () => {
    const ruled = rowsOf('Which source wins', 'event | the first of').flatMap(([event]) => codes(event));
    expect(ruled).toContain('Product Viewed');
    expect(signals.map(([event]) => event)).toEqual(ruled.filter((event) => !event.startsWith('Coupon')));
  });

  test('every event a pixel reports has its row, but those of our own', () => {
    const mapped = [SHOPLINE, SHOPIFY].flatMap((events) =>
      Object.values(events).map((read) => read(DATA)[0]?.[1]),
    );
    const rows = [
      ...pixels.map(([event]) => event),
      'Search Submitted',
      'Lead Submitted',
      'Signed In',
      'Signed Up',
    ];
    expect([...new Set(mapped)].filter(Boolean).sort()).toEqual(rows.sort());
  });

  test.each(signals)('%s by GA4', (event, ...cells) => {
    const [, , , , ga4] = cells;
    const ecommerce = { transaction_id: 'A-1', items: [{ item_id: 'sku-1', promotion_id: 'spring' }] };
    expect(codes(ga4).map((name) => translate({ event: name, ecommerce })[0]?.[1])).toEqual(
      codes(ga4).map(() => event),
    );
  });

  test.each(pixels)('%s by pixels', (event, shopline, shopify) => {
    for (const [events, cell] of [
      [SHOPLINE, shopline],
      [SHOPIFY, shopify],
    ] as const)
      expect(codes(cell).map((name) => events[name]?.(DATA)[0]?.[1])).toEqual(codes(cell).map(() => event));
  });

  test.each(signals)('%s by SHOPLINE’s themes: the sources that the rules know', (event, ...cells) => {
    const [, strong, patient] =
      rowsOf('Which source wins', 'event | the first of').find(([name]) => name === `\`${event}\``) ?? [];
    const known = [...codes(strong), ...codes(patient)].filter((source) => !/data|gtag/.test(source));
    const listed = new Set(cells.slice(0, 4).flatMap(codes));
    expect([...listed].sort()).toEqual(known.sort());
  });
});
