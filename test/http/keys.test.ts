// @module-tag slow
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { basic, SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';

const OTHER = { key: 'tea:shop', origin: 'https://tea.example' };
const collector = await startCollector(
  {},
  {
    whenOver: afterAll,
    shops: {
      shoes: { WRITE_KEY },
      tea: { WRITE_KEY: OTHER.key, ALLOWED_ORIGINS: [OTHER.origin, 'null'] },
    },
  },
);
const { base, events, lines } = collector;
let last = 0;

/** Sends one message and answers where it landed. */
async function send(parts: { headers?: Record<string, string>; query?: string; body?: object }) {
  const messageId = `key-${++last}`;
  const response = await fetch(`${base}/v1/track${parts.query ?? ''}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...parts.headers },
    body: JSON.stringify({ event: 'Tea Poured', anonymousId: 'visitor', messageId, ...parts.body }),
  });
  const { code, accepted } = await response.json();
  const { shop } = events.find((event) => event.messageId === messageId) ?? {};
  return { status: response.status, code, accepted, shop };
}

describe('the write key says which shop', () => {
  test.each([
    { where: 'as the user of HTTP Basic', parts: { headers: { authorization: basic(WRITE_KEY) } } },
    {
      where: 'as the user of HTTP Basic, with a password',
      parts: { headers: { authorization: `Basic ${btoa(`${WRITE_KEY}:secret:x`)}` } },
    },
    {
      where: 'as the user of HTTP Basic, without a colon',
      parts: { headers: { authorization: `basic ${btoa(WRITE_KEY)}` } },
    },
    { where: 'in the body', parts: { body: { writeKey: WRITE_KEY } } },
    { where: 'in the query', parts: { query: `?writeKey=${WRITE_KEY}` } },
    {
      where: 'in the body, with an empty user',
      parts: { headers: { authorization: basic('') }, body: { writeKey: WRITE_KEY } },
    },
    {
      where: 'in the body, beside a token of somebody else',
      parts: { headers: { authorization: 'Bearer x' }, body: { writeKey: WRITE_KEY } },
    },
    {
      where: 'in the query, with null in the body',
      parts: { query: `?writeKey=${WRITE_KEY}`, body: { writeKey: null } },
    },
  ])('$where', async ({ parts }) => {
    expect(await send(parts)).toMatchObject({ status: 200, accepted: 1, shop: 'shoes' });
  });

  test('also one with a colon, where a colon can be said', async () => {
    expect(await send({ body: { writeKey: OTHER.key } })).toMatchObject({ status: 200, shop: 'tea' });
    expect(await send({ query: `?writeKey=${encodeURIComponent(OTHER.key)}` })).toMatchObject({
      shop: 'tea',
    });
  });

  test('in a batch, packed', async () => {
    const response = await fetch(`${base}/v1/b`, {
      method: 'POST',
      body: gzipSync(
        JSON.stringify({
          writeKey: OTHER.key,
          batch: [{ type: 'page', anonymousId: 'v', messageId: 'packed' }],
        }),
      ),
    });
    expect(response.status).toBe(200);
    expect(events.find(({ messageId }) => messageId === 'packed')?.shop).toBe('tea');
  });

  test('Basic counts before the body, the body before the query', async () => {
    const body = { writeKey: OTHER.key };
    const query = '?writeKey=nobody';
    expect(await send({ headers: { authorization: basic(WRITE_KEY) }, body, query })).toMatchObject({
      shop: 'shoes',
    });
    expect(await send({ body, query })).toMatchObject({ shop: 'tea' });
  });
});

describe('without a known key nothing is stored: 401', () => {
  test.each([
    { what: 'none at all', parts: {} },
    { what: 'an unknown one', parts: { headers: { authorization: basic('nobody') } } },
    { what: 'one in other letters', parts: { body: { writeKey: WRITE_KEY.toUpperCase() } } },
    { what: 'a beginning of one', parts: { body: { writeKey: WRITE_KEY.slice(0, -1) } } },
    { what: 'blanks around it', parts: { body: { writeKey: ` ${WRITE_KEY}` } } },
    {
      what: 'an unknown one in Basic, a known one in the body',
      parts: { headers: { authorization: basic('nobody') }, body: { writeKey: WRITE_KEY } },
    },
    { what: 'a list', parts: { body: { writeKey: [WRITE_KEY] } } },
    { what: 'an object', parts: { body: { writeKey: { toString: WRITE_KEY } } } },
    { what: 'two in the query', parts: { query: `?writeKey=${WRITE_KEY}&writeKey=${WRITE_KEY}` } },
    { what: 'a list in the query', parts: { query: `?writeKey[]=${WRITE_KEY}` } },
    { what: 'Basic that is no base64', parts: { headers: { authorization: `Basic ${WRITE_KEY}:` } } },
    { what: 'a key as a token', parts: { headers: { authorization: `Bearer ${WRITE_KEY}` } } },
    { what: 'the name of a built-in', parts: { body: { writeKey: 'constructor' } } },
    { what: 'the shop’s id', parts: { body: { writeKey: 'shoes' } } },
  ])('$what', async ({ parts }) => {
    expect(await send(parts)).toEqual({
      status: 401,
      code: 'unknown-write-key',
      accepted: undefined,
      shop: undefined,
    });
  });

  test('and the answer says how to send one', async () => {
    const response = await fetch(`${base}/v1/track`, { method: 'POST', body: '{}' });
    const { message, meta } = await response.json();
    expect(message).toMatch(/writeKey/);
    expect(meta.errors).toEqual([message]);
  });
});

describe('a page speaks for its own shop alone', () => {
  test.each([
    { page: SHOP_ORIGIN, key: WRITE_KEY, status: 200 },
    { page: OTHER.origin, key: OTHER.key, status: 200 },
    { page: 'null', key: OTHER.key, status: 200 },
    { page: 'null', key: WRITE_KEY, status: 403 },
    { page: OTHER.origin, key: WRITE_KEY, status: 403 },
    { page: SHOP_ORIGIN, key: OTHER.key, status: 403 },
    { page: 'https://evil.example', key: OTHER.key, status: 403 },
    { page: 'http://tea.example', key: OTHER.key, status: 403 },
    { page: 'https://tea.example:8443', key: OTHER.key, status: 403 },
    { page: 'https://tea.example.evil.example', key: OTHER.key, status: 403 },
    { page: 'https://eviltea.example', key: OTHER.key, status: 403 },
    { page: 'https://www.tea.example', key: OTHER.key, status: 403 },
    { page: 'https://tea.example/', key: OTHER.key, status: 403 },
    { page: '*', key: OTHER.key, status: 403 },
    { page: '', key: OTHER.key, status: 403 },
  ])('"$page" with the key $key: $status', async ({ page, key, status }) => {
    const sent = await send({ headers: { origin: page }, body: { writeKey: key } });
    expect(sent.status).toBe(status);
    if (status === 403) expect(sent).toMatchObject({ code: 'origin-not-allowed', shop: undefined });
  });
});

test('shops share nothing: the same ids and the same order count once in each', async () => {
  const order = {
    event: 'Order Completed',
    messageId: 'same-message',
    properties: { order_id: 'same-order' },
  };
  const answers = [];
  for (const writeKey of [WRITE_KEY, OTHER.key, WRITE_KEY])
    answers.push(
      await (
        await fetch(`${base}/v1/track`, {
          method: 'POST',
          body: JSON.stringify({ ...order, anonymousId: 'v', writeKey }),
        })
      ).json(),
    );
  expect(answers.map(({ duplicates }) => duplicates)).toEqual([0, 0, 1]);
  const same = events.filter(({ messageId }) => messageId === 'same-message').map(({ shop }) => shop);
  expect(same).toEqual(['shoes', 'tea', 'shoes']);
});

describe('an unknown write key', () => {
  const secret = 'guessed-key-123';
  const words = 'No shop has the write key gues… (15 characters)';

  test('is named in the answer by its first four characters and its length', async () => {
    const response = await fetch(`${base}/v1/track`, {
      method: 'POST',
      headers: { authorization: basic(secret) },
      body: '{}',
    });
    expect(await response.json()).toEqual({
      code: 'unknown-write-key',
      message: words,
      meta: { errors: [words] },
    });
  });

  test('is logged the same way once a minute, and nothing else of the request is', async () => {
    const before = lines.filter((line) => line.includes(words)).length;
    expect(before).toBeLessThanOrEqual(1);
    for (let time = 0; time < 3; time++) await send({ body: { writeKey: secret, userId: 'someone-else' } });
    const found = lines.filter((line) => line.includes(words)).map((line) => JSON.parse(line));
    expect(found).toEqual([{ level: 40, time: expect.any(String), msg: words }]);
    expect(lines.join()).not.toMatch(/guessed-key-123|someone-else/);
  });
});
