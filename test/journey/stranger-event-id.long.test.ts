// @module-tag slow
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const idOf = (number: number) => `210502243121218873246${number}`;

test.each(['order_id', 'order_number', 'order_seq'])(
  'an own order takes no event id at TikTok of the next order, named by %s',
  async (field) => {
    const shop = await startWebhookShop({ ORDER_MERGE_SECONDS: '1' });
    await shop.place(idOf(6999), '#D6999', { userId: '7' });
    await shop.settled();
    const [cart, victim] = [randomUUID(), idOf(7001)];
    const report = {
      anonymousId: randomUUID(),
      event: 'Order Completed',
      context: { tiktok: { event_id: `order:${victim}` } },
      properties: { [field]: victim, cart_token: cart, total: 1, currency: 'TWD' },
    };
    await shop.post('/v1/track', report, IN_BROWSER);
    await shop.place(idOf(7000), '#D7000', { cartToken: cart });
    await shop.settled();
    await shop.place(victim, '#D7001', { userId: '77' });
    await shop.settled();
    const purchases = (shop.sandbox.accepted('tiktok') as { event: string; event_id: string }[]).filter(
      ({ event }) => event === 'Purchase',
    );
    expect(purchases.map(({ event_id }) => event_id).sort()).toEqual(
      [6999, 7000, 7001].map((number) => `order:${idOf(number)}`),
    );
  },
);
