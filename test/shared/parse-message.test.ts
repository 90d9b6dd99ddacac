import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMERCE_PROPERTIES } from '../../shared/commerce.ts';
import { Message, parseMessage } from '../../shared/message.ts';

const VALUES = [
  ...['', ' ', 'undefined', '0', 'T-1', ' T-1 ', '[email]', '12.5', 'x'.repeat(600), '茶'.repeat(9_000)],
  ...[
    'USD',
    'usd',
    'USD ',
    'true',
    '[]',
    '{}',
    '[{"price":"5"}]',
    '2026-11-28T22:00:00Z',
    '2026-11-28',
    '0001-01-01',
  ],
  ...[
    'https://shop.example/?ttclid=x',
    null,
    true,
    false,
    0,
    -1,
    12,
    12.5,
    2 ** 53,
    1e300,
    [],
    [[]],
    {},
    [{}],
  ],
] as const;
const KEYS = [
  ...[
    'price',
    'quantity',
    'product_id',
    'sku',
    'name',
    'coupon',
    'url',
    'total',
    'currency',
    'order_id',
    'products',
  ],
  ...[
    'messageId',
    'anonymousId',
    'userId',
    'groupId',
    'timestamp',
    'sentAt',
    'context',
    'integrations',
    'properties',
  ],
  ...[
    'traits',
    'page',
    'title',
    'campaign',
    'consent',
    'categoryPreferences',
    'gpc',
    'tiktok',
    'ttclid',
    'limited_data_use',
  ],
  ...['step', 'position', 'filters', 'value', 'query', 'All', 'unknown'],
];
const { object } = fc.letrec((tie) => ({
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...VALUES),
    tie('object'),
    fc.array(tie('object'), { maxLength: 3 }),
  ),
}));
const message = fc
  .record({
    type: fc.constantFrom('track', 'page', 'identify', 'group', 'alias', 'screen'),
    event: fc.constantFrom('Tea Poured', ...Object.keys(COMMERCE_PROPERTIES)),
    anonymousId: fc.constant('7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11'),
    previousId: fc.constant('before'),
    properties: object as fc.Arbitrary<object>,
  })
  .chain((usable) => (object as fc.Arbitrary<object>).map((more) => ({ ...more, ...usable })));

/** The message by the schemas alone, which accept what is exact; undefined when something is not. */
function bySchema(sent: { type: string; event: string; properties: object }) {
  const parsed = Message.safeParse(sent);
  if (!parsed.success) return undefined;
  const commerce =
    sent.type === 'track' && COMMERCE_PROPERTIES[sent.event as keyof typeof COMMERCE_PROPERTIES];
  if (!commerce) return parsed.data;
  const properties = commerce.safeParse(sent.properties);
  return properties.success ? { ...parsed.data, properties: properties.data } : undefined;
}

test('what the schemas accept is read without a note, as they read it; everything else has one', () => {
  let exact = 0;
  fc.assert(
    fc.property(message, (sent) => {
      const expected = bySchema(structuredClone(sent));
      const before = structuredClone(sent);
      const parsed = parseMessage(sent);
      if ('issues' in parsed) throw new Error(`unusable: ${JSON.stringify(parsed.issues)}`);
      expect(parsed.notes.length === 0).toBe(expected !== undefined);
      if (expected) expect(parsed.message).toEqual(expected);
      if (expected) exact++;
      expect(sent).toEqual(before);
    }),
    { numRuns: 3_000 },
  );
  expect(exact).toBeGreaterThan(100);
});

test.each([
  { integrations: { All: null } },
  { context: { consent: { categoryPreferences: { advertising: null } } } },
  { event: 'Cart Viewed', properties: { products: [null] } },
])('null in a list or under a key of the sender’s has a note: %j', (parts) => {
  const parsed = parseMessage({ type: 'track', event: 'Tea Poured', anonymousId: 'visitor-1', ...parts });
  expect(parsed).toMatchObject({ notes: [{ code: expect.stringMatching(/^field-/) }] });
  expect(JSON.stringify(parsed)).not.toContain('null');
});

test('what was read is exact: read again it is the same, without a note', () => {
  fc.assert(
    fc.property(message, (sent) => {
      const first = parseMessage(sent);
      if ('issues' in first) throw new Error('unusable');
      const again = parseMessage(structuredClone(first.message));
      expect(again).toEqual({ message: first.message, notes: [] });
    }),
    { numRuns: 3_000 },
  );
});

test('of a record the first 1,000 entries are read, with one note for the others', () => {
  const integrations = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, true]));
  const parsed = parseMessage({ type: 'track', event: 'Tea Poured', anonymousId: 'visitor-1', integrations });
  if ('issues' in parsed) throw new Error('unusable');
  expect(Object.keys(parsed.message.integrations ?? {})).toHaveLength(1_000);
  expect(parsed.notes).toMatchObject([{ path: 'integrations', code: 'field-dropped' }]);
});

test('an entry behind the first 1,000 is not kept unread where those before it were left out', () => {
  const categoryPreferences = Object.fromEntries(
    Array.from({ length: 3_000 }, (_, index) => [`k${index}`, index < 1_000 ? null : 'yes']),
  );
  const context = { consent: { categoryPreferences } };
  const parsed = parseMessage({ type: 'track', event: 'Tea Poured', anonymousId: 'visitor-1', context });
  if ('issues' in parsed) throw new Error('unusable');
  expect(parsed.message.context?.consent?.categoryPreferences).toEqual({});
});
