// @module-tag slow
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { startCollector } from '../support/collector.ts';

const { base, lines, post } = await startCollector({}, { whenOver: afterAll });

/** What one request brings about: its answer, and the log lines it caused. */
async function caused(send: () => Promise<Response>) {
  const before = lines.length;
  const response = await send();
  const text = await response.text();
  const written = lines.slice(before);
  return { status: response.status, text, written, loggedBytes: written.join('').length };
}

const MAX_BYTES = 20_000;
const KEY = 'k'.repeat(30_000);
const wrongConsent = (count: number) => ({
  type: 'track',
  event: 'Tea Poured',
  anonymousId: 'a',
  context: {
    consent: {
      categoryPreferences: Object.fromEntries(
        Array.from({ length: count }, (_, nth) => [`${nth}${'"'.repeat(300)}`, 'x']),
      ),
    },
  },
});
const repeated = <Item>(count: number, item: Item): Item[] => Array(count).fill(item);

const WRONG = Object.fromEntries(
  ['order_id', 'total', 'tax', 'shipping', 'currency', 'coupon', 'revenue', 'discount', 'checkout_id'].map(
    (name) => [name, {}],
  ),
);
/** A message of about 420 bytes that is stored all the same. */
const ODD = {
  ...{ type: 'track', event: 'Order Completed', anonymousId: 'a', userId: {}, messageId: [], groupId: {} },
  ...{ timestamp: 'x', sentAt: 'x', traits: 'x', integrations: 'x' },
  context: { page: 'x', campaign: 'x', consent: 'x', ip: {} },
  properties: WRONG,
};

test.each<[string, unknown, Record<string, string>?]>([
  ['500 zeros', repeated(500, 0)],
  ['500 empty objects', repeated(500, {})],
  ['500 messages of a type of 2 KB', repeated(200, { type: 'x'.repeat(2_000), messageId: 'y'.repeat(200) })],
  ['500 messages without a name', repeated(500, { type: 'track', anonymousId: 'a' })],
  ['messages with many wrong fields', repeated(20, wrongConsent(50))],
  [
    'field names of 30 KB',
    repeated(16, { ...wrongConsent(0), context: { consent: { categoryPreferences: { [KEY]: 'x' } } } }),
  ],
  [
    'unknown fields',
    repeated(15, { type: 'track', ...Object.fromEntries(repeated(3_000, 0).map((_, n) => [n, 0])) }),
  ],
  ['1,000 messages of twenty wrong fields', repeated(1_000, ODD)],
  [
    'an order of a thousand wrong lines',
    repeated(16, { ...ODD, properties: { products: repeated(1_000, 'x') } }),
  ],
  ['1,000 messages of twenty wrong fields in strict mode', repeated(1_000, ODD), { 'x-strict-mode': '1' }],
  ['500 zeros in strict mode', repeated(500, 0), { 'x-strict-mode': '1' }],
  ['many wrong fields in strict mode', repeated(20, wrongConsent(50)), { 'x-strict-mode': '1' }],
])('%s as a batch: one log line and a short answer', async (_what, batch, headers = {}) => {
  const body = gzipSync(JSON.stringify({ batch }));
  const { text, written, loggedBytes } = await caused(() => post('/v1/batch', body, headers));
  expect(written.length).toBeLessThanOrEqual(1);
  expect(loggedBytes).toBeLessThan(MAX_BYTES / 2);
  expect(text.length).toBeLessThan(MAX_BYTES);
});

test('the answer and the log line say how many were rejected where not all are listed', async () => {
  const good = { type: 'track', event: 'Tea Poured', anonymousId: 'a' };
  const { text, written } = await caused(() =>
    post('/v1/batch', { batch: [good, ...repeated(400, 0), good] }),
  );
  const answer = JSON.parse(text);
  expect(answer).toMatchObject({ success: true, accepted: 2, rejectedCount: 400 });
  expect(answer.rejected).toHaveLength(50);
  expect(answer.rejected[0]).toMatchObject({ index: 1 });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ msg: 'message rejected', rejected: 400 });
  const few = await caused(() => post('/v1/batch', { batch: [good, 0] }));
  expect(JSON.parse(few.text)).not.toHaveProperty('rejectedCount');
});

test('in strict mode the errors are the first twenty and a count', async () => {
  const { status, text } = await caused(() =>
    post('/v1/batch', { batch: repeated(45, 0) }, { 'x-strict-mode': '1' }),
  );
  const { errors } = JSON.parse(text).meta;
  expect(status).toBe(400);
  expect(errors).toHaveLength(21);
  expect(errors.at(-1)).toBe('… and 25 more');
  expect(JSON.parse(text).message).toContain('45');
});

test('what refuses a request at once is short as well, and writes at most one line', async () => {
  const requests: [string, () => Promise<Response>][] = [
    ['a long path', () => fetch(`${base}/${'a'.repeat(8_000)}`)],
    ['a long path of the API', () => fetch(`${base}/v1/${'%20'.repeat(2_500)}`, { method: 'POST' })],
    [
      'a long key in the URL',
      () => fetch(`${base}/v1/track?writeKey=${'k'.repeat(7_000)}`, { method: 'POST', body: '{}' }),
    ],
    ['a long key in the body', () => post('/v1/track', { writeKey: KEY }, { authorization: '' })],
    [
      'a long key in the header',
      () => post('/v1/track', {}, { authorization: `Basic ${btoa('k'.repeat(9_000))}` }),
    ],
    [
      'a long token',
      () => fetch(`${base}/admin/status`, { headers: { authorization: `Bearer ${'t'.repeat(9_000)}` } }),
    ],
    [
      'a batch of another shape',
      () => post('/v1/batch', Object.fromEntries(repeated(5_000, 0).map((_, n) => [n, 0]))),
    ],
    ['no JSON', () => post('/v1/batch', '['.repeat(400_000))],
  ];
  for (const [what, send] of requests) {
    const { text, written } = await caused(send);
    expect({ what, isShort: text.length < 1_000, lines: written.length <= 1 }).toEqual({
      what,
      isShort: true,
      lines: true,
    });
  }
});

test('wrong keys cause a bounded number of lines, however many requests carry them', async () => {
  const before = lines.length;
  for (let nth = 0; nth < 150; nth++)
    await post('/v1/track', {}, { authorization: `Basic ${btoa(`${String(nth).padStart(4, '0')}:`)}` });
  expect(lines.length - before).toBeLessThanOrEqual(100);
});
