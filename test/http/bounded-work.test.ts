// @module-tag slow
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { cpuMsOfAsync } from '../support/cpu.ts';

/**
 * One message within the accepted limits blocks the collector for 50 ms at most, and what is stored of it has a bound.
 * CPU time of the thread that serves requests, so that a busy machine changes nothing; the test's own client is in it.
 */
const MAX_CPU_MS = 50;
const shop = { RATE_LIMIT_PER_MINUTE: '100000' };
const granted = await startCollector(shop, { whenOver: afterAll });
const denied = await startCollector({ ...shop, CONSENT_DEFAULT: 'denied' }, { whenOver: afterAll });

const LONGEST = 30_000;
let last = 0;
const message = (properties: string, more = '') =>
  `{"event":"Tea Poured","anonymousId":"v","messageId":"bounded-${++last}"${more},"properties":${properties}}`;
/** As many items as fit into one message. */
function fill(item: (index: number) => string, bytes = LONGEST): string {
  const items: string[] = [];
  for (let length = 0; length < bytes; length += Buffer.byteLength(items.at(-1) ?? '') + 1)
    items.push(item(items.length));
  return items.join();
}
const text = (piece: string, length = LONGEST) =>
  JSON.stringify(piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
const inContext = (context: string) => message('{}', `,"context":${context}`);

const COSTLY: Record<string, () => string> = {
  'phones beside thousands of keys': () =>
    message(`{${fill((index) => `"${index}":1`, 16_000)},"phone":[${fill(() => '1', 6_000)}]}`),
  'phones beside thousands of objects': () =>
    message(`{${fill((index) => `"a${index}":{}`, 15_000)},"phone":[${fill(() => '"0912345678"', 14_000)}]}`),
  'phones below addresses of thousands': () =>
    message(
      `{${fill((index) => `"${index}address":[{}]`, 10_000)},"customer":{${fill((index) => `"b${index}address":[{}]`, 10_000)},"phone":[${fill(() => '123456', 9_000)}]}}`,
    ),
  'phones 25 objects deep': () =>
    message(`${'{"customer":'.repeat(25)}{"phone":[${fill(() => '1234567')}]}${'}'.repeat(25)}`),
  'phones of 90 signs': () => message(`{"phone":[${fill(() => text('1 ', 90))}]}`),
  'a phone in each of thousands of keys': () =>
    message(`{${fill((index) => `"phone${'_'.repeat(index % 30)}${index % 100}":1234567`)}}`),
  'thousands of addresses': () =>
    message(`{"addresses":[${fill((index) => `{"phone":${912345678 + index}}`)}]}`),
  'postal codes of one digit': () => message(`{"zip":[${fill(() => '"1"')}]}`),
  'persons in traits': () =>
    message('{}', `,"context":{"traits":{${fill((index) => `"p${index}address":{"dob":1}`)}}}`),
  'a parameter repeated': () => message(`{"url":${text('ttclid=&').replace('"', '"?')}}`),
  'a parameter repeated that something follows': () =>
    message(`{"url":${text('ttclid=a&').replace('"', '"https://a.example/?x&')}}`),
  'a user agent of digits': () => inContext(`{"userAgent":${text('1', 8_192)}}`),
  'a user agent of versions': () => inContext(`{"userAgent":${text('1.', 8_192)}}`),
  'choices that are none': () =>
    inContext(`{"consent":{"categoryPreferences":{${fill((index) => `"${index.toString(36)}":1`)}}}}`),
  'different keys': () => message(`{${fill((index) => `"${index.toString(36)}":0`)}}`),
  'keys like names of persons': () => message(`{${fill((index) => `"name${index.toString(36)}":0`)}}`),
  'parameters like names of persons': () =>
    message(`{"url":"?${fill((index) => `mail${index.toString(36)}=1`).replaceAll(',', '&')}"}`),
  'parameters in brackets': () => message(`{"url":${text('name[a].b=1&')}}`),
  'signs of an address': () => message(`{"text":${text('x.y/@z.co')}}`),
  'encoded signs': () => message(`{"text":${text('%2525')}}`),
  'phone links': () => message(`{"text":${text('tel: (')}}`),
  'empty objects': () => message(`{"list":[${fill(() => '{}')}]}`),
  'numbers without end': () => message(`{"list":[${fill(() => '1e400')}]}`),
  'lines of an order': () =>
    message(
      `{"order_id":"7","products":[${fill((index) => `{"price":1e-${index % 300},"quantity":1e${index % 300}}`)}]}`,
    ).replace('Tea Poured', 'Order Completed'),
};

test.each(Object.entries(COSTLY))('%s: less than 50 ms', async (_what, make) => {
  for (const { post } of [granted, denied]) {
    const cost = await cpuMsOfAsync(async () => {
      const body = make();
      expect(body.length).toBeLessThan(32 * 1024);
      const answer = await post('/v1/track', body, { 'user-agent': '1'.repeat(8_000) });
      expect([200, 400]).toContain(answer.status);
    });
    expect(cost).toBeLessThan(MAX_CPU_MS);
  }
});

/** What is stored of the message, and what was counted as left out. */
async function store(body: string) {
  const { post, admin, events } = granted;
  const counted = async () => {
    const metrics = await (await admin('GET', '/metrics')).text();
    const rows = metrics.matchAll(/^storebeacon_fields_dropped_total\{.*field="([^"]+)".*\} (\d+)$/gm);
    return new Map([...rows].map(([, field = '', value]) => [field, Number(value)]));
  };
  const before = await counted();
  expect((await post('/v1/track', body)).status).toBe(200);
  const after = await counted();
  const dropped = [...after].map(([field, value]) => [field, value - (before.get(field) ?? 0)] as const);
  return { event: events.at(-1), dropped: Object.fromEntries(dropped.filter(([, value]) => value > 0)) };
}

test.each([
  [
    'postal codes',
    '{"zip":["1","1"…]}',
    () => message(`{"zip":[${fill(() => '"1"')}]}`),
    'over-100-personal',
  ],
  ['birthdays', 'in objects', () => message(`{"list":[${fill(() => '{"dob":1}')}]}`), 'over-100-personal'],
  [
    'addresses',
    'in a person',
    () => message(`{"addresses":[${fill(() => '{"zip":1}')}]}`),
    'over-100-personal',
  ],
  ['zeros', 'in a list', () => message(`{"list":[${fill(() => '0')}]}`), 'over-10000-parts'],
  [
    'large numbers',
    'written short',
    () => message(`{"list":[${fill(() => '9e20')}]}`),
    'over-100-long-numbers',
  ],
])('%s %s: stored within twice its size, the rest counted', async (_what, _where, make, reason) => {
  const body = make();
  const { event, dropped } = await store(body);
  expect(event?.event).toBe('Tea Poured');
  expect(JSON.stringify(event).length).toBeLessThan(2 * body.length);
  expect(Object.keys(dropped)).toEqual([reason]);
});

test('up to a hundred personal values of one message are kept, the first ones', async () => {
  const zips = Array.from({ length: 101 }, (_, index) => String(10_000 + index));
  const { event, dropped } = await store(message(JSON.stringify({ total: 5, zip: zips, note: 'tea' })));
  expect(event?.properties).toMatchObject({ total: 5, note: 'tea' });
  expect(event?.properties.zip_sha256).toHaveLength(100);
  expect(dropped).toEqual({ 'over-100-personal': 1 });
});

test('a request that packs 16 such messages into 700 bytes stores less than it says', async () => {
  const batch = `{"batch":[${Array.from({ length: 16 }, () => message(`{"zip":[${fill(() => '"1"')}]}`).replace('{', '{"type":"track",')).join()}]}`;
  const from = granted.events.length;
  const answer = await granted.post('/v1/batch', gzipSync(batch), { 'content-encoding': 'gzip' });
  expect(await answer.json()).toMatchObject({ accepted: 16 });
  const stored = granted.events.slice(from);
  expect(stored).toHaveLength(16);
  expect(JSON.stringify(stored).length).toBeLessThan(batch.length);
});
