// @module-tag slow
import { expect, test } from 'vitest';
import { startWebhookShop } from '../support/webhook-shop.ts';

/** The write key is public and order numbers can be guessed: anybody may say anything of any order. */
const A = '2105022431212188732466201';
const B = '2105022431212188732466202';

test('a page that gives one order the names of two takes neither away', async () => {
  const shop = await startWebhookShop();
  await shop.track('Order Completed', {
    order_id: 'D1001',
    order_number: 'D1002',
    total: 1,
    currency: 'TWD',
  });
  await shop.place(A, '#D1001', { email: 'ann@example.com' });
  await shop.place(B, '#D1002', { email: 'bob@example.com' });
  await shop.settled();
  expect(shop.ordersAt('customerio')).toHaveLength(2);
});

test('two orders reported by the shop stay two, whatever a page reports afterwards', async () => {
  const shop = await startWebhookShop();
  const email = 'ann@example.com';
  await shop.place(A, '#D1001', { email, financialStatus: 'pending' });
  await shop.place(B, '#D1002', { email, financialStatus: 'pending' });
  await shop.track('Order Completed', {
    order_id: 'D1001',
    order_number: 'D1002',
    total: 1,
    currency: 'TWD',
  });
  for (const [id, number] of [
    [A, '#D1001'],
    [B, '#D1002'],
  ] as const)
    await shop.sendWebhook(
      'orders/paid',
      shop.order(id, number, { email, financialStatus: 'paid' }),
      `paid-${id}`,
    );
  await shop.settled();
  expect(shop.ordersAt('customerio').map(({ event }) => event)).toEqual([
    'Order Completed',
    'Order Completed',
    'Order Updated',
    'Order Updated',
  ]);
});

test('an order id that ends like a stage of another order takes no payment away', async () => {
  const shop = await startWebhookShop();
  await shop.track('Order Completed', { order_id: `${A}:paid`, total: 1, currency: 'TWD' });
  const email = 'ann@example.com';
  await shop.place(A, '#D1003', { email, financialStatus: 'pending' });
  await shop.sendWebhook('orders/paid', shop.order(A, '#D1003', { email, financialStatus: 'paid' }));
  await shop.settled();
  expect(shop.ordersAt('customerio').filter(({ event }) => event === 'Order Updated')).toHaveLength(1);
});

test('a payment reported by a page replaces nothing of the shop’s report', async () => {
  const shop = await startWebhookShop();
  const forged = { order_id: 'D5001', financial_status: 'paid', total: 999_999, currency: 'TWD' };
  await shop.track('Order Updated', forged);
  await shop.place(A, '#D5001', { financialStatus: 'pending' });
  await shop.sendWebhook('orders/paid', shop.order(A, '#D5001', { financialStatus: 'paid' }));
  await shop.settled();
  expect(shop.ordersAt('tiktok').map(({ event, properties }) => [event, properties.value])).toEqual([
    ['PlaceAnOrder', 240],
    ['Purchase', 240],
  ]);
});
