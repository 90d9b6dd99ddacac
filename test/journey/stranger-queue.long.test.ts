// @module-tag slow
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

const ORDER = '2105022431212188732466500';

/** A shop whose webhooks arrived before, with a CDP that takes few requests a second. */
async function startShop(variables: Record<string, string> = {}) {
  const shop = await startWebhookShop({
    SHOPLINE_EVENT_CODES: JSON.stringify({ 'Order Completed': 'Z_sale_order', 'Product Viewed': 'Z_view' }),
    RATE_LIMIT_PER_MINUTE: '100000',
    ...variables,
  });
  await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
  await shop.settled();
  return {
    ...shop,
    async flood(count: number) {
      for (let sent = 0; sent < count; sent += 500) {
        const batch = Array.from({ length: 500 }, (_, nth) => ({
          type: 'track',
          event: 'Product Viewed',
          userId: `${9_000 + sent + nth}`,
          properties: { product_id: 'tea', name: 'Tea', price: 1 },
        }));
        expect((await shop.post('/v1/batch', { batch })).status).toBe(200);
      }
    },
    views: () => shop.atShopline().filter(({ event_code }) => event_code === 'Z_view').length,
    orders: () => shop.atShopline().filter(({ event_code }) => event_code === 'Z_sale_order').length,
  };
}

test.each([
  { merge: '0', how: 'whose reports are not merged' },
  { merge: '1', how: 'whose reports are merged first' },
])(
  'an order $how goes before 3,000 events of a stranger that wait for a slow CDP',
  async ({ merge }) => {
    const shop = await startShop({ ORDER_MERGE_SECONDS: merge });
    shop.sandbox.setFaults('shopline', { delayMs: 1_000 });
    await shop.flood(3_000);
    await shop.place(ORDER, '#D6500', { userId: '77' });
    await eventually(shop.orders, (count) => count === 2);
    expect(shop.views()).toBeLessThan(500);
  },
  60_000,
);
