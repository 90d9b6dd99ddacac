// @module-tag slow
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { WRITE_KEY } from '../support/collector.ts';
import { html, invoke, snippet, test } from '../support/shopper.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import type { Storefront } from '../support/storefront.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

const ORDER = '21050224050312121887324660';
const CART = 'cart-token-of-this-buyer';
const WINDOW_MS = 30_000;
const PIXEL = '<script>window.ttq = { calls: [], track(...call) { this.calls.push(call); } };</script>';

type Call = [name: string, properties: object, options: { event_id: string }];
const mirrored = async (page: Page) => {
  const calls = await page.evaluate(() => (window as unknown as { ttq: { calls: Call[] } }).ttq.calls);
  return calls.map(([name, , { event_id }]) => `${name} ${event_id}`);
};

/** A shop with order webhooks whose thank-you page mirrors the TikTok pixel. */
async function openShop(shop: Storefront) {
  const clock = createSkipClock();
  const merge = { ORDER_MERGE_SECONDS: `${WINDOW_MS / 1000}`, ORDERS_FROM: 'platform' };
  const collector = await startWebhookShop({ ...merge, ALLOWED_ORIGINS: shop.origin }, { clock });
  await collector.place('20000000000000000000000001', '900');
  const tag = snippet({ key: WRITE_KEY, endpoint: collector.base, pixel: 'mirror' });
  shop.put('/thanks', html('', PIXEL + tag));
  shop.put('/next', html('', PIXEL + tag));
  const atTikTok = () =>
    (collector.sandbox.accepted('tiktok') as { event: string; event_id: string }[])
      .map(({ event, event_id }) => `${event} ${event_id}`)
      .filter((sent) => /^(Purchase|PlaceAnOrder) (?!order:20000000000000000000000001)/.test(sent));
  const placeOrder = () => collector.place(ORDER, '1001', {}, { cart_token: CART });
  return { ...collector, clock, atTikTok, placeOrder };
}
const thank = (page: Page) =>
  invoke(page, 'track', 'Order Completed', {
    ...{ order_number: '1001', cart_id: CART, total: 240, currency: 'TWD', financial_status: 'paid' },
  });
const AS_PAGE = ['PlaceAnOrder order:1001', 'Purchase order:1001'];
const AS_SHOP = [`PlaceAnOrder order:${ORDER}`, `Purchase order:${ORDER}`];

test('pixel and collector send an order under one id when its page comes in time', async ({ shop, page }) => {
  const { clock, atTikTok, placeOrder } = await openShop(shop);
  await placeOrder();
  await page.goto('/thanks');
  await thank(page);
  await expect.poll(() => mirrored(page), { timeout: 10_000 }).toEqual(AS_PAGE);
  clock.skip(WINDOW_MS + 1000);
  await expect.poll(() => atTikTok().toSorted(), { timeout: 10_000 }).toEqual(AS_PAGE);
});

test('the pixel is not sent an order whose page comes after the merge window', async ({ shop, page }) => {
  const { clock, atTikTok, placeOrder } = await openShop(shop);
  await placeOrder();
  clock.skip(WINDOW_MS + 1000);
  await expect.poll(() => atTikTok().toSorted(), { timeout: 10_000 }).toEqual(AS_SHOP);
  await page.goto('/thanks');
  const answered = page.waitForResponse(async (response) => (await response.text()).includes('"unmatched"'));
  await thank(page);
  await answered;
  // What comes after the order is mirrored as ever.
  await invoke(page, 'track', 'Product Added', { product_id: 'tea' });
  await expect.poll(() => mirrored(page)).toEqual([expect.stringMatching(/^AddToCart /)]);
});

test('an order whose page was left before the answer is mirrored by the next page', async ({
  shop,
  page,
}) => {
  const { placeOrder } = await openShop(shop);
  await placeOrder();
  await page.goto('/thanks');
  await page.route('**/v1/b', (route) => route.abort());
  await thank(page);
  await page.unroute('**/v1/b');
  expect(await mirrored(page)).toEqual([]);
  await page.goto('/next');
  await expect.poll(() => mirrored(page), { timeout: 10_000 }).toEqual(AS_PAGE);
});
