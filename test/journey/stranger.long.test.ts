import { expect, test } from 'vitest';
import { startWebhookShop } from '../support/webhook-shop.ts';

/** What a stranger with the public write key can do to the orders of a shop whose webhooks arrived before: nothing. */
async function startShop() {
  const shop = await startWebhookShop();
  await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
  await shop.settled();
  const send = (batch: object[]) =>
    shop.post('/v1/batch', {
      batch: batch.map((one) => ({ type: 'track', anonymousId: 'stranger', ...one })),
    });
  return { ...shop, send, before: shop.ordersAt('customerio').length };
}
const idOf = (number: number) => `210502243121218873246${number}`;

test.each([
  { how: 'for no destination', more: { integrations: { All: false } } },
  { how: 'for a cent', more: {} },
])('five hundred forged orders $how take no genuine order away, and are not sent', async ({ more }) => {
  const { send, place, settled, ordersAt, before } = await startShop();
  const forged = Array.from({ length: 500 }, (_, nth) => ({
    event: 'Order Completed',
    properties: { order_number: `D${7000 + nth}`, total: 0.01, currency: 'TWD' },
    ...more,
  }));
  expect((await send(forged)).status).toBe(200);
  for (const number of [7000, 7020, 7499]) await place(idOf(number), `#D${number}`, { userId: '77' });
  await settled();
  expect(ordersAt('customerio').length - before).toBe(3);
  expect(JSON.stringify(ordersAt('customerio'))).not.toContain('0.01');
  expect(JSON.stringify(ordersAt('tiktok'))).not.toContain('0.01');
});

test('an order that only a page reports is sent nowhere while webhooks are on', async () => {
  const { send, settled, ordersAt, before } = await startShop();
  for (const properties of [
    { order_id: 'D8000', total: 9e12, currency: 'TWD' },
    { total: 5 },
    { order_id: '0' },
  ])
    await send([{ event: 'Order Completed', properties }]);
  await settled();
  expect(ordersAt('customerio')).toHaveLength(before);
  expect(JSON.stringify(ordersAt('tiktok'))).not.toContain('9000000000000');
});

test.each(['Order Refunded', 'Order Cancelled', 'Order Updated'])(
  'a forged %s of a genuine order is sent nowhere, and the genuine one is',
  async (event) => {
    const { send, sendWebhook, order, settled, ordersAt, before } = await startShop();
    const id = '2105022431212188732466300';
    const forged = {
      order_id: id,
      order_number: 'D6999',
      refund_id: 'R1',
      financial_status: 'paid',
      total: 1,
    };
    await send([{ event, properties: forged }]);
    await settled();
    expect(ordersAt('customerio')).toHaveLength(before);
    const genuine = { ...order(id, '#D6999', { userId: '7' }), cancelled_at: new Date().toISOString() };
    await sendWebhook('orders/cancelled', genuine, 'genuine');
    await settled();
    expect(ordersAt('customerio').at(-1)?.event).toBe('Order Cancelled');
  },
);

test('message ids that a webhook or the order poll will use cannot be taken', async () => {
  const { send, place, settled, ordersAt, before } = await startShop();
  const id = idOf(9131);
  const ids = [`shopline:create-${id}`, `SHOPLINE:create-${id}`, `shopline:order:${id}`, `order:${id}`];
  await send(ids.map((messageId) => ({ event: 'Thanks Seen', messageId })));
  await place(id, '#D9131', { userId: '77' });
  await settled();
  expect(ordersAt('customerio').length - before).toBe(1);
});
