// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config/read.ts';
import { createFakeClock } from '../support/clock.ts';
import { basic, SHOP_ORIGIN, shopVariables, startCollector, WRITE_KEY } from '../support/collector.ts';

const SERVER_KEY = 'backend-key-0123456789abcdef';
const NEXT_KEY = 'backend-key-of-next-month-01';
const collector = await startCollector(
  { SERVER_KEY: `${SERVER_KEY}, ${NEXT_KEY}`, RATE_LIMIT_PER_MINUTE: '1000' },
  { whenOver: afterAll },
);
const { base, events, lines } = collector;
let last = 0;

/** Sends one message; `source` is what it was stored as. */
async function send({
  key,
  headers = {},
  query = '',
  body = {},
}: {
  key?: string;
  headers?: Record<string, string>;
  query?: string;
  body?: object;
}) {
  const messageId = `server-${++last}`;
  const response = await fetch(`${base}/v1/track${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: basic(key) }), ...headers },
    body: JSON.stringify({ event: 'Tea Poured', userId: 'u1', messageId, ...body }),
  });
  const answer = await response.json();
  const { source } = events.find((event) => event.messageId === messageId) ?? {};
  return { status: response.status, code: answer.code, source, text: JSON.stringify(answer) };
}
const exposed = async () => {
  const text = await (await collector.admin('GET', '/metrics')).text();
  return Number(/^storebeacon_server_key_exposed_total\{[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

describe('a server key stands where the write key may stand', () => {
  test.each([
    ['as the user of HTTP Basic', { key: SERVER_KEY }],
    ['the next one, too, while both are valid', { key: NEXT_KEY }],
    ['in the body', { body: { writeKey: SERVER_KEY } }],
  ])('%s', async (_where, how) => {
    expect(await send(how)).toMatchObject({ status: 200, source: 'server' });
  });

  test('and the write key stays a page’s, with and without an Origin', async () => {
    expect(await send({ key: WRITE_KEY })).toMatchObject({ status: 200, source: 'browser' });
    expect(await send({ key: WRITE_KEY, headers: { origin: SHOP_ORIGIN } })).toMatchObject({
      status: 200,
      source: 'browser',
    });
  });

  test('in a batch', async () => {
    const batch = [{ type: 'track', event: 'Tea Poured', userId: 'u1', messageId: 'server-batch' }];
    const answer = await collector.post('/v1/batch', { batch }, { authorization: basic(SERVER_KEY) });
    expect(answer.status).toBe(200);
    expect(events.find(({ messageId }) => messageId === 'server-batch')?.source).toBe('server');
  });
});

describe('where others can read it, a server key is refused', () => {
  test.each([
    ['from a page of the shop', { key: SERVER_KEY, headers: { origin: SHOP_ORIGIN } }],
    ['from another page', { key: SERVER_KEY, headers: { origin: 'https://elsewhere.example' } }],
    ['from a page without an address', { key: SERVER_KEY, headers: { origin: 'null' } }],
    ['from a page, in the body', { body: { writeKey: SERVER_KEY }, headers: { origin: SHOP_ORIGIN } }],
    ['in the URL', { query: `?writeKey=${SERVER_KEY}` }],
    ['in the URL, beside itself in the header', { query: `?writeKey=${SERVER_KEY}`, key: SERVER_KEY }],
    ['in the URL, beside the write key in the header', { query: `?writeKey=${SERVER_KEY}`, key: WRITE_KEY }],
    ['in the URL, beside an unknown key', { query: `?writeKey=${SERVER_KEY}`, key: 'unknown' }],
    [
      'in the URL, beside the write key in the body',
      { query: `?writeKey=${SERVER_KEY}`, body: { writeKey: WRITE_KEY } },
    ],
    ['in the URL, beside the write key there', { query: `?writeKey=${WRITE_KEY}&writeKey=${SERVER_KEY}` }],
    ['in the URL under another name', { query: `?write_key=${SERVER_KEY}`, key: WRITE_KEY }],
    ['in the URL, percent-encoded', { query: `?writeKey=%62${SERVER_KEY.slice(1)}`, key: WRITE_KEY }],
    [
      'from a page, in the body beside the write key in the header',
      { key: WRITE_KEY, body: { writeKey: SERVER_KEY }, headers: { origin: SHOP_ORIGIN } },
    ],
  ])('%s: 403, counted, nothing stored', async (_where, how) => {
    const before = { exposed: await exposed(), stored: events.length };
    const answer = await send(how);
    expect(answer).toMatchObject({ status: 403, code: 'server-key-exposed' });
    expect(answer.text).not.toContain(SERVER_KEY);
    expect(events).toHaveLength(before.stored);
    expect(await exposed()).toBe(before.exposed + 1);
  });

  test('on the settings route', async () => {
    const answer = await fetch(`${base}/v1/projects/${SERVER_KEY}/settings`);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'server-key-exposed' });
  });

  test('it is logged once a minute, as an error, without the key', async () => {
    const clock = createFakeClock();
    const own = await startCollector({ SERVER_KEY }, { clock });
    const leak = () =>
      own.post('/v1/page', { userId: 'u1' }, { authorization: basic(SERVER_KEY), origin: SHOP_ORIGIN });
    const logged = () => own.lines.filter((line) => line.includes('SERVER_KEY was sent by a page'));
    await leak();
    await leak();
    expect(logged()).toHaveLength(1);
    expect(JSON.parse(logged()[0] ?? '')).toMatchObject({ level: 50, shop: 'shop' });
    await clock.advance(60_000);
    await leak();
    expect(logged()).toHaveLength(2);
  });

  test('it is logged also while strangers send a hundred wrong keys a minute', async () => {
    const own = await startCollector({ SERVER_KEY }, { clock: createFakeClock() });
    for (let nth = 0; nth < 120; nth++)
      await own.post(
        '/v1/page',
        { userId: 'u1' },
        { authorization: basic(`a${String(nth).padStart(3, '0')}`) },
      );
    await own.post(`/v1/page?writeKey=${SERVER_KEY}`, { userId: 'u1' });
    expect(own.lines.filter((line) => line.includes('SERVER_KEY was sent by a page'))).toHaveLength(1);
  });

  test('no log line and no answer shows the key', () => {
    expect(lines.join('\n')).not.toContain(SERVER_KEY);
  });
});

describe('keys that would prove nothing are refused at the start', () => {
  const urls = {
    tiktok: 'http://127.0.0.1:9',
    customerio: 'http://127.0.0.1:9',
    shopline: 'http://127.0.0.1:9',
  };
  const shop = shopVariables({ urls });
  const refusal = (shops: Record<string, object>) => {
    try {
      readConfig({ CONFIG_FILE: 'shops.json' }, () => JSON.stringify({ shops }));
    } catch (error) {
      return String((error as Error).message);
    }
    return 'accepted';
  };

  test('one that is long enough and its own is taken', () => {
    expect(refusal({ tea: { ...shop, SERVER_KEY } })).toBe('accepted');
  });

  test.each([
    ['too short', { tea: { ...shop, SERVER_KEY: 'a'.repeat(23) } }, /SERVER_KEY.*24/],
    ['one of several too short', { tea: { ...shop, SERVER_KEY: `${SERVER_KEY},short` } }, /SERVER_KEY.*24/],
    [
      'equal to the write key',
      { tea: { ...shop, WRITE_KEY: SERVER_KEY, SERVER_KEY } },
      /SERVER_KEY back… \(28 characters\) is also a WRITE_KEY/,
    ],
    [
      'one of several, in spaces, equal to the write key',
      { tea: { ...shop, WRITE_KEY: SERVER_KEY, SERVER_KEY: `${SERVER_KEY}-2 , ${SERVER_KEY} ` } },
      /SERVER_KEY back… \(28 characters\) is also a WRITE_KEY/,
    ],
    [
      'equal to another shop’s write key',
      { tea: { ...shop, SERVER_KEY }, shoes: { ...shop, WRITE_KEY: SERVER_KEY } },
      /is also a WRITE_KEY/,
    ],
    [
      'shared by two shops',
      { tea: { ...shop, SERVER_KEY }, shoes: { ...shop, WRITE_KEY: 'shoes', SERVER_KEY } },
      /SERVER_KEY .*is used by 2 shops/,
    ],
    ['absent where the backend makes orders', { tea: { ...shop, ORDERS_FROM: 'server' } }, /set SERVER_KEY/],
  ])('%s', (_what, shops, words) => {
    const said = refusal(shops);
    expect(said).toMatch(words);
    expect(said).not.toContain(SERVER_KEY);
  });
});

describe('rates of a backend and of pages are apart', () => {
  const limits = {
    SERVER_KEY: `${SERVER_KEY},${NEXT_KEY}`,
    SERVER_RATE_PER_MINUTE: '3',
    RATE_LIMIT_PER_MINUTE: '2',
  };
  const page = { type: 'page', anonymousId: 'v' };

  test('a key past its rate is answered 429; pages and the other key are not', async () => {
    const clock = createFakeClock();
    const own = await startCollector(limits, { clock });
    const ask = async (key: string, headers = {}) =>
      (await own.post('/v1/page', page, { authorization: basic(key), ...headers })).status;
    for (let request = 0; request < 3; request++) expect(await ask(SERVER_KEY)).toBe(200);
    const refused = await own.post('/v1/page', page, { authorization: basic(SERVER_KEY) });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ask(NEXT_KEY)).toBe(200);
    expect(await ask(WRITE_KEY, { origin: SHOP_ORIGIN })).toBe(200);
    await clock.advance(60_000);
    expect(await ask(SERVER_KEY)).toBe(200);
  });

  test('pages past their rate do not stop the backend at the same address', async () => {
    const own = await startCollector(limits);
    const ask = async (key: string, headers = {}) =>
      (await own.post('/v1/page', page, { authorization: basic(key), ...headers })).status;
    const answers = [];
    for (let request = 0; request < 3; request++) answers.push(await ask(WRITE_KEY, { origin: SHOP_ORIGIN }));
    expect(answers).toEqual([200, 200, 429]);
    expect(await ask(SERVER_KEY)).toBe(200);
  });
});
