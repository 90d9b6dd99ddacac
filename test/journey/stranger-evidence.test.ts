// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * What a browser shows of an order that is its buyer's by proof goes to destinations with it. Customer.io and TikTok refuse
 * a whole event for one field of another type or length: then the order would be a dead letter.
 */
const HOME = '203.0.113.7';
const shop = await startWebhookShop({ TRUST_PROXY: '1' }, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
await shop.settled();

const filler = (bytes: number) =>
  Object.fromEntries(Array.from({ length: bytes / 100 }, (_, nth) => [`k${nth}`, 'v'.repeat(92)]));
const url = 'https://shop.example/';
/** Nearly as large as Customer.io takes. */
const MANY_LINES = Array.from({ length: 150 }, (_, nth) => ({
  ...{ productId: `tea-${nth}`, variantId: `tea-1-${nth}`, title: 'Tea '.repeat(25) },
  ...{ price: 12, quantity: 1 },
}));
const FEW_LINES = MANY_LINES.slice(0, 20);

let number = 7000;
/** An order of these lines, joined with such a page: whatever destinations were sent of it. */
async function buy(context: object, lines: object[] = FEW_LINES, cookie = '') {
  const name = `D${++number}`;
  const orderId = `210502243121218873246${number}`;
  const properties = { order_number: name };
  const message = { anonymousId: randomUUID(), event: 'Order Completed', properties, context };
  const headers = { ...IN_BROWSER, 'x-forwarded-for': HOME, ...(cookie && { cookie }) };
  expect(await (await shop.post('/v1/track', message, headers)).json()).toMatchObject({ accepted: 1 });
  await shop.place(orderId, `#${name}`, { userId: `c-${number}`, browserIp: HOME, lines });
  await shop.settled();
  const of = (api: 'customerio' | 'tiktok') =>
    shop.ordersAt(api).filter((one) => JSON.stringify(one).includes(orderId));
  return { customerio: of('customerio'), tiktok: of('tiktok') };
}

test.each<[string, object]>([
  ['nothing odd', { campaign: { source: 'tiktok' } }],
  ['an object in the campaign', { campaign: { utm: { a: 1 } } }],
  ['a number in the campaign', { campaign: { id: 7 } }],
  ['a campaign of 31 KB', { campaign: filler(31_000) }],
  ['a campaign with a value of 31 KB', { campaign: { id: 'v'.repeat(31_000) } }],
  ['an object in the page', { page: { url, keywords: { a: 1 } } }],
  ['a page of 31 KB', { page: { url, ...filler(30_000) } }],
  ['addresses of 8 KB', { page: { url: `${url}?${'v'.repeat(8_000)}`, referrer: url + 'v'.repeat(8_000) } }],
  ['a click id of 4 KB', { page: { url: `${url}?ttclid=${'v'.repeat(4_000)}` } }],
  ['a device that is none', { device: { type: 'toaster', token: {} }, os: 7 }],
])('an order arrives everywhere whatever its evidence contains: %s', async (_, context) => {
  const { customerio, tiktok } = await buy(context);
  expect(customerio).toHaveLength(1);
  expect(tiktok.map(({ event }) => event)).toEqual(['PlaceAnOrder', 'Purchase']);
});

test('a cookie longer than TikTok takes costs only itself', async () => {
  const { tiktok } = await buy({}, FEW_LINES, `_ttp=${'v'.repeat(300)}`);
  expect(tiktok).toHaveLength(2);
});

test('an order that is nearly too large arrives without the page it was placed on, and with its click', async () => {
  const long = 'v'.repeat(1_900);
  const page = { url: url + long, referrer: url + long, title: long, search: `?${long}` };
  const { customerio, tiktok } = await buy({ page, tiktok: { ttclid: 'E.C.P.buyer' } }, MANY_LINES);
  expect(customerio).toHaveLength(1);
  expect(JSON.stringify(customerio)).not.toContain(long);
  expect(JSON.stringify(tiktok)).toContain('E.C.P.buyer');
});
