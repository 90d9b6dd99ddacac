// @module-tag slow
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

/** What becomes of an order refers to it at SHOPLINE's CDP, so the order goes first and is found. */
const ID = '2105022431212188732466401';
const CODES = {
  'Order Completed': 'Z_sale_order',
  'Order Refunded': 'Z_sale_refund',
  'Order Cancelled': 'Z_sale_cancel',
};
const startShop = (variables: Record<string, string> = {}) =>
  startWebhookShop({ SHOPLINE_EVENT_CODES: JSON.stringify(CODES), ...variables });
const refund = () => ({
  id: 'refund-1',
  order_id: ID,
  user_id: '77',
  created_at: new Date().toISOString(),
  transactions: [{ kind: 'refund', status: 'success', amount: '40.00', currency: 'TWD' }],
});

test('a refund refers to its order, which the thank-you page called otherwise', async () => {
  const shop = await startShop();
  await shop.track('Order Completed', { order_id: 'D4001', total: 240, currency: 'TWD' });
  await shop.place(ID, '#D4001', { userId: '77' });
  await shop.settled();
  await shop.sendWebhook('refunds/create', refund());
  await shop.settled();
  const sent = shop.atShopline().find(({ event_code }) => event_code === 'Z_sale_refund');
  expect(sent?.parent_event_id).toBeTruthy();
});

test.each([
  { what: 'cancelled', topic: 'orders/cancelled', code: 'Z_sale_cancel' },
  { what: 'paid back', topic: 'refunds/create', code: 'Z_sale_refund' },
])(
  'an order $what while its reports are still merged is $what after it was delivered',
  async ({ topic, code }) => {
    const shop = await startShop({ ORDER_MERGE_SECONDS: '2' });
    await shop.place(ID, '#D6001', { userId: '77' });
    const cancelled = {
      ...shop.order(ID, '#D6001', { userId: '77' }),
      cancelled_at: new Date().toISOString(),
    };
    await shop.sendWebhook(topic, topic === 'refunds/create' ? refund() : cancelled);
    const sent = await eventually(shop.atShopline, (items) => items.length === 2);
    expect(sent.map(({ event_code }) => event_code)).toEqual(['Z_sale_order', code]);
    expect(sent[1]?.parent_event_id).toBeTruthy();
  },
);
