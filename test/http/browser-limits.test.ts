// @module-tag slow
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../support/clock.ts';
import { basic, SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const SERVER_KEY = 'server-key-of-the-backend-0123';
const HOUR_MS = 3_600_000;
const message = { anonymousId: 'a', event: 'Tea Poured' };
/** 450 KB: a batch of one small message and much that is ignored. */
const large = () => ({ batch: [{ type: 'track', ...message }], pad: 'x'.repeat(450_000) });

type Shop = Awaited<ReturnType<typeof startWebhookShop>>;
type Headers = Record<string, string>;
const ask = async (shop: Shop, headers: Headers, body: object = message) =>
  (await shop.post('batch' in body ? '/v1/batch' : '/v1/track', body, headers)).status;
async function askOften(shop: Shop, count: number, headers: Headers, body?: object) {
  const statuses: number[] = [];
  for (let nth = 0; nth < count; nth++) statuses.push(await ask(shop, headers, body));
  return statuses;
}
const passed = (statuses: number[]) => statuses.filter((status) => status === 200).length;

/** The backend, with its key wherever a server key may stand, and a webhook. */
async function expectStrongerVoicesTaken(shop: Shop, headers: Headers = {}) {
  const backend = { userId: 'u', event: 'Tea Poured' };
  expect(await ask(shop, { ...headers, authorization: basic(SERVER_KEY) }, backend)).toBe(200);
  const inBody = await fetch(`${shop.base}/v1/track`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...backend, writeKey: SERVER_KEY }),
  });
  expect(inBody.status).toBe(200);
  expect((await shop.place('2105022431212188732466300', '#D6999', { userId: '7' })).status).toBe(200);
}

describe('RATE_LIMIT_PER_MINUTE holds for each write key and address', () => {
  const start = (variables = {}) =>
    startWebhookShop({ RATE_LIMIT_PER_MINUTE: '5', SERVER_KEY, ...variables });

  test.each<[string, Headers]>([
    ['from a page', IN_BROWSER],
    ['without Origin', {}],
    ['from a sandboxed frame', { origin: 'null' }],
    ['with X-Forwarded-For while TRUST_PROXY is empty', { ...IN_BROWSER, 'x-forwarded-for': '1.2.3.4' }],
    ['with Forwarded while TRUST_PROXY is empty', { forwarded: 'for=203.0.113.7' }],
    ['with X-Forwarded-For while TRUST_PROXY is 0', { 'x-forwarded-for': '1.2.3.4' }],
  ])('12 requests in a minute %s: 5 pass', async (what, headers) => {
    const shop = await start({
      ALLOWED_ORIGINS: `${SHOP_ORIGIN},null`,
      ...(what.endsWith('0') && { TRUST_PROXY: '0' }),
    });
    const statuses = await askOften(shop, 12, headers);
    expect(statuses).toEqual([...Array(5).fill(200), ...Array(7).fill(429)]);
    await expectStrongerVoicesTaken(shop, headers.origin ? {} : headers);
  });

  test('another value of X-Forwarded-For in each request changes nothing', async () => {
    const shop = await start();
    let all = 0;
    for (let nth = 0; nth < 12; nth++)
      all += passed([await ask(shop, { ...IN_BROWSER, 'x-forwarded-for': `203.0.113.${nth}` })]);
    expect(all).toBe(5);
  });

  test.each<[string, (shop: Shop) => Promise<Response>]>([
    [
      'in the body',
      ({ base }) =>
        fetch(`${base}/v1/track`, {
          method: 'POST',
          body: JSON.stringify({ ...message, writeKey: WRITE_KEY }),
        }),
    ],
    [
      'in the URL',
      ({ base }) =>
        fetch(`${base}/v1/track?writeKey=${WRITE_KEY}`, { method: 'POST', body: JSON.stringify(message) }),
    ],
    ['on the settings route', ({ base }) => fetch(`${base}/v1/projects/${WRITE_KEY}/settings`)],
  ])('also with the key %s', async (_where, send) => {
    const shop = await start();
    const statuses: number[] = [];
    for (let nth = 0; nth < 8; nth++) statuses.push((await send(shop)).status);
    expect(statuses).toEqual([...Array(5).fill(200), ...Array(3).fill(429)]);
  });

  test('requests with unknown keys have a limit of their own, however many keys', async () => {
    const shop = await start();
    const statuses: number[] = [];
    for (let nth = 0; nth < 8; nth++)
      statuses.push(await ask(shop, { authorization: basic(`wrong-${nth}`) }));
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(3).fill(429)]);
    expect(await ask(shop, IN_BROWSER)).toBe(200);
  });

  test('one shop’s visitors do not use up another’s limit at the same address', async () => {
    const clock = createFakeClock();
    const { post } = await startCollector(
      { RATE_LIMIT_PER_MINUTE: '2' },
      { clock, shops: { tea: {}, shoes: { WRITE_KEY: 'shoes' } } },
    );
    const statusOf = async (key: string) =>
      (await post('/v1/track', message, { ...IN_BROWSER, authorization: basic(key) })).status;
    expect(await statusOf(WRITE_KEY)).toBe(200);
    expect(await statusOf(WRITE_KEY)).toBe(200);
    expect(await statusOf(WRITE_KEY)).toBe(429);
    expect(await statusOf('shoes')).toBe(200);
    await clock.advance(60_000);
    expect(await statusOf(WRITE_KEY)).toBe(200);
  });
});

describe('bytes of browsers in a day', () => {
  test('ADDRESS_MB_PER_DAY: one address past it is refused, other addresses are not', async () => {
    const clock = createFakeClock();
    const shop = await startWebhookShop({ ADDRESS_MB_PER_DAY: '1', TRUST_PROXY: '1', SERVER_KEY }, { clock });
    const from = (address: string) => ({ ...IN_BROWSER, 'x-forwarded-for': address });
    expect(await askOften(shop, 4, from('203.0.113.7'), large())).toEqual([200, 200, 429, 429]);
    // What was refused is not counted: a small message still fits.
    expect(await ask(shop, from('203.0.113.7'))).toBe(200);
    expect(await ask(shop, from('203.0.113.8'), large())).toBe(200);
    await expectStrongerVoicesTaken(shop, { 'x-forwarded-for': '203.0.113.7' });
    await clock.advance(24 * HOUR_MS);
    expect(await ask(shop, from('203.0.113.7'), large())).toBe(200);
  });

  test('BROWSER_MB_PER_DAY: whatever strangers send, a webhook and the backend are taken', async () => {
    const clock = createFakeClock();
    const shop = await startWebhookShop({ BROWSER_MB_PER_DAY: '1', TRUST_PROXY: '1', SERVER_KEY }, { clock });
    const from = (nth: number) => ({ 'x-forwarded-for': `198.51.100.${nth}` });
    const statuses: number[] = [];
    for (let nth = 0; nth < 5; nth++) statuses.push(await ask(shop, from(nth), large()));
    expect(statuses).toEqual([200, 200, 429, 429, 429]);
    const refused = await shop.post('/v1/batch', large(), from(9));
    expect(await refused.json()).toMatchObject({ code: 'too-many-requests' });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
    await expectStrongerVoicesTaken(shop, from(1));
    const logged = shop.lines.filter((line) => line.includes('BROWSER_MB_PER_DAY'));
    expect(logged.map((line) => JSON.parse(line).level)).toEqual([50]);
    await clock.advance(24 * HOUR_MS);
    expect(await ask(shop, from(1), large())).toBe(200);
  });

  test('bytes count unpacked', async () => {
    const shop = await startWebhookShop({ ADDRESS_MB_PER_DAY: '1' });
    const statuses: number[] = [];
    for (let nth = 0; nth < 3; nth++)
      statuses.push((await shop.post('/v1/batch', gzipSync(JSON.stringify(large())), IN_BROWSER)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('SDK telemetry, which needs no key, has the same limits', () => {
  const telemetry = async (shop: Shop, headers: Headers = {}, body: object = { series: [] }) =>
    (await shop.post('/v1/m', body, headers)).status;

  test.each<[string, Headers]>([
    ['under the write key', {}],
    ['without a key', { authorization: '' }],
    ['under an unknown key', { authorization: basic('somebody') }],
  ])('of requests: %s', async (_what, headers) => {
    const shop = await startWebhookShop({ RATE_LIMIT_PER_MINUTE: '5', SERVER_KEY });
    const statuses: number[] = [];
    for (let nth = 0; nth < 8; nth++) statuses.push(await telemetry(shop, headers));
    expect(statuses).toEqual([...Array(5).fill(200), ...Array(3).fill(429)]);
    await expectStrongerVoicesTaken(shop);
  });

  test('of bytes, and of the size of a body', async () => {
    const shop = await startWebhookShop({ ADDRESS_MB_PER_DAY: '1', SERVER_KEY });
    const body = { pad: 'x'.repeat(450_000) };
    for (const headers of [{}, { authorization: '' }] as Headers[]) {
      expect(await telemetry(shop, headers, body)).toBe(200);
      expect(await telemetry(shop, headers, body)).toBe(200);
      expect(await telemetry(shop, headers, body)).toBe(429);
    }
    expect(await telemetry(shop, { authorization: basic(SERVER_KEY) }, body)).toBe(200);
    expect(await telemetry(shop, {}, { pad: 'x'.repeat(600_000) })).toBe(413);
  });

  test('the messages of an address and its telemetry count together', async () => {
    const shop = await startWebhookShop({ RATE_LIMIT_PER_MINUTE: '5', SERVER_KEY });
    expect(passed(await askOften(shop, 3, {}))).toBe(3);
    expect(await telemetry(shop)).toBe(200);
    expect(await telemetry(shop)).toBe(200);
    expect(await ask(shop, {})).toBe(429);
  });
});
