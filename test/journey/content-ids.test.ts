// @module-tag slow
import { expect, test } from 'vitest';
import { eventually } from '../support/collector.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

test('view, cart and order name a product by one id; a line without it is counted', async () => {
  const shop = await startWebhookShop();
  const seen = { product_id: 'tea', variant_id: 'tea-1', currency: 'TWD', price: 240 };
  await shop.track('Product Viewed', seen);
  await shop.track('Product Added', { ...seen, sku: 'MERCHANT-SKU' });
  await shop.track('Product Added to Wishlist', { product_id: 'cup' });
  await shop.place('21050224050312121887324660', '1001');
  const sent = await eventually(
    () => shop.sandbox.accepted('tiktok') as { event: string; properties: { contents: object[] } }[],
    (all) => all.some(({ event }) => event === 'Purchase') && all.length >= 5,
  );
  const idsOf = (name: string) => sent.find(({ event }) => event === name)?.properties.contents;
  for (const name of ['ViewContent', 'AddToCart', 'PlaceAnOrder', 'Purchase'])
    expect(idsOf(name)).toMatchObject([{ content_id: 'tea-1', content_type: 'product' }]);
  expect(idsOf('AddToWishlist')).toMatchObject([{ content_id: 'cup', content_type: 'product_group' }]);
  const { counters } = (await (await shop.admin('GET', '/admin/status')).json()) as {
    counters: { name: string; value: number }[];
  };
  expect(counters.filter(({ name }) => name === 'content_id_fallback')).toMatchObject([{ value: 1 }]);
});
