// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * A new shop with `SHOPLINE_APP_SECRET`: until its first order webhook a page's word makes orders. A stranger uses that
 * time for the numbers of the orders to come. Afterwards the shop system is believed, and the orders come.
 */
const shop = await startWebhookShop({}, { whenOver: afterAll });
const idOf = (number: number) => `210502243121218873246${number}`;
const batch = [
  ...[7001, 7002, 7003].map((number) => ({
    type: 'track',
    event: 'Order Completed',
    anonymousId: 'stranger-with-an-id-of-his-own',
    context: { tiktok: { ttclid: 'E.C.P.stranger' } },
    properties: { order_number: `D${number}`, total: 0.01, currency: 'TWD' },
  })),
  {
    type: 'track',
    event: 'Order Placed',
    anonymousId: 'stranger-with-an-id-of-his-own',
    properties: { order_id: 'D7011', order_number: 'D7012', order_seq: 'D7013' },
  },
];
expect((await shop.post('/v1/batch', { batch }, IN_BROWSER)).status).toBe(200);
await shop.settled();
await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
for (const number of [7001, 7002, 7003, 7011, 7012, 7013]) {
  const landing = {
    anonymousId: randomUUID(),
    userId: `customer-${number}`,
    context: { page: { url: 'https://shop.example/?utm_id=MA_1' } },
  };
  await shop.post('/v1/page', landing, IN_BROWSER);
  await shop.place(idOf(number), `#D${number}`, { userId: `customer-${number}`, financialStatus: 'pending' });
}
await shop.sendWebhook(
  'orders/paid',
  shop.order(idOf(7003), '#D7003', { userId: 'customer-7003' }),
  'paid-7003',
);
await shop.settled();
type Item = { event?: string; userId?: string; properties?: { total?: number } };
const ofBuyer = (number: number) =>
  (shop.sandbox.accepted('customerio') as Item[]).filter(
    ({ userId, event }) => userId === `customer-${number}` && event?.startsWith('Order'),
  );

describe('what a stranger claimed before the first webhook', () => {
  test('suppresses no genuine order after it', () => {
    expect(ofBuyer(7001).map(({ event, properties }) => [event, properties?.total])).toEqual([
      ['Order Completed', 240],
    ]);
  });
  test('puts nothing of him on the payment of a genuine order after it', () => {
    const sent = JSON.stringify(ofBuyer(7003));
    expect(sent).not.toContain('stranger');
    expect(sent).not.toContain('127.0.0.1');
  });
  test('keeps the payment of a genuine order after it from no destination', () => {
    const purchases = shop.sandbox.accepted('tiktok') as { event: string; properties: { value?: number } }[];
    // D6999, D7003
    const paid = purchases.filter(
      ({ event, properties }) => event === 'Purchase' && properties.value === 240,
    );
    expect(paid).toHaveLength(2);
  });
  test('gives a genuine order no id of his making', () => {
    expect(JSON.stringify(ofBuyer(7003))).toContain(`"order_id":"${idOf(7003)}"`);
  });
  test('makes no genuine orders one in statistics', async () => {
    const { shops } = await (await shop.counted()).json();
    expect(shops[0].marketing).toMatchObject([{ marketingEventId: 'MA_1', orders: 6 }]);
  });
});
