// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * "We automatically trim leading and trailing spaces from event names" (docs.customer.io, Track API): a name with a space
 * around it is another event here and the same event there.
 */
const shop = await startWebhookShop({}, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
await shop.settled();
type Item = { event?: string; properties?: { total?: number } };
const atCustomerIo = () => shop.sandbox.accepted('customerio') as Item[];
let markers = 0;

test.each([
  'Order Completed ',
  ' Order Completed',
  '\tOrder Refunded\n',
  'Order Cancelled\u00a0',
  'Order Updated ',
])('%j of a page is no order at Customer.io while the shop system makes them', async (event) => {
  const marker = `marker ${++markers}`;
  const batch = [
    { type: 'track', event, userId: '77', properties: { order_id: 'D8000', total: 9e9, currency: 'TWD' } },
    { type: 'track', event: marker, anonymousId: 'stranger' },
  ];
  expect((await shop.post('/v1/batch', { batch }, IN_BROWSER)).status).toBe(200);
  await eventually(atCustomerIo, (all) => all.some((one) => one.event === marker));
  await shop.settled();
  expect(atCustomerIo().filter((one) => one.properties?.total === 9e9)).toEqual([]);
});
