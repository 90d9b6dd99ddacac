import { afterAll, describe, expect, test } from 'vitest';
import { createFakeClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const PROVISIONAL = 'orders of pages are sent unconfirmed';
const warnings = ({ lines }: { lines: string[] }) => lines.filter((line) => line.includes(PROVISIONAL));

describe('until the shop system has reported its first order, the word of pages makes orders', () => {
  test('which is warned of, once an hour, and ends with that order', async () => {
    const clock = createFakeClock();
    const shop = await startWebhookShop({}, { clock });
    const buy = (order_id: string) => shop.track('Order Completed', { order_id, value: 1, currency: 'TWD' });
    await buy('first');
    await buy('second');
    expect(warnings(shop)).toHaveLength(1);
    expect(JSON.parse(warnings(shop)[0] ?? '')).toMatchObject({ level: 40, variable: 'ORDERS_FROM' });
    await clock.advance(3_600_000);
    await buy('third');
    expect(warnings(shop)).toHaveLength(2);
    await shop.place('genuine', '#1001');
    await clock.advance(3_600_000);
    await buy('fourth');
    expect(warnings(shop)).toHaveLength(2);
  });

  test('no warning for what makes no order', async () => {
    const shop = await startWebhookShop();
    await shop.track('Product Viewed', { product_id: 'tea' });
    expect(warnings(shop)).toEqual([]);
  });
});

const shop = await startWebhookShop({}, { whenOver: afterAll });

describe('no client can use up an id that a webhook or the order poll will use', () => {
  test.each([
    'order:W-1',
    'ORDER:W-1',
    'checkout:c',
    'refund:R-1',
    'shopline:create-W-1',
    'Shopline:create-W-1',
    'shopline:order:W-1:cancelled',
    'customerio:r',
    'platform:x',
  ])('%s is stored as an id of the client', async (messageId) => {
    const message = { messageId, anonymousId: 'stranger', event: 'Tea Poured' };
    const answer = await shop.post('/v1/track', message, IN_BROWSER);
    expect(await answer.json()).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(shop.events.at(-1)?.messageId).toBe(`client:${messageId}`);
    // Sent again it is known.
    expect(await (await shop.post('/v1/track', message, IN_BROWSER)).json()).toMatchObject({ duplicates: 1 });
  });

  test('every other id stays as it is', async () => {
    const shop = await startWebhookShop();
    for (const messageId of ['orders:1', 'my-order:1', 'node-next-1'])
      await shop.post('/v1/track', { messageId, anonymousId: 'v', event: 'Tea Poured' }, IN_BROWSER);
    expect(shop.events.map(({ messageId }) => messageId)).toEqual(['orders:1', 'my-order:1', 'node-next-1']);
  });

  test('a webhook’s order goes out although a page used its ids first', async () => {
    const shop = await startWebhookShop();
    await shop.place('genuine', '#1001');
    for (const messageId of ['shopline:create-W-1', 'client:shopline:create-W-1', 'create-W-1'])
      await shop.post(
        '/v1/track',
        { messageId, anonymousId: 'stranger', event: 'Order Completed', properties: { order_id: 'W-1' } },
        IN_BROWSER,
      );
    expect(await (await shop.place('W-1', '#1002', { email: 'buyer@example.com' })).json()).toMatchObject({
      accepted: 1,
      duplicates: 0,
    });
    await eventually(
      () => JSON.stringify(shop.ordersAt('customerio')),
      (text) => text.includes('W-1'),
    );
  });
});
