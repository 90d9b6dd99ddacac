// @module-tag slow
import { expect, test } from 'vitest';
import { eventIdOf } from '../../shared/order-ids.ts';
import { eventually } from '../support/collector.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const VISITOR = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const CART = 'cart-token-of-this-buyer';
const ORDER = '21050224050312121887324660';

/** What a page with `data-pixel="mirror"` sends, and the id it gives the pixel. */
const pageOf = (event: string, properties: object, messageId: string) => ({
  message: {
    type: 'track',
    event,
    properties,
    messageId,
    anonymousId: VISITOR,
    context: {
      tiktok: { pixel: 'mirror', ttclid: 'E.C.P.1' },
      consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } },
    },
  },
  pixelId: eventIdOf(event, properties as Record<string, unknown>, messageId),
});

const idsAt = (accepted: readonly unknown[], names: RegExp) =>
  (accepted as { event: string; event_id: string }[])
    .filter(({ event }) => names.test(event))
    .map(({ event, event_id }) => `${event} ${event_id}`);

test.each([
  { page: { order_number: '1001' } },
  { page: { order_id: '#1001' } },
  { page: { order_id: ORDER, order_number: '#1001' } },
  { page: { order_number: '1001' }, isPageFirst: true },
])(
  'pixel and collector give one id to an order that the page calls $page, page first: $isPageFirst',
  async ({ page, isPageFirst }) => {
    const shop = await startWebhookShop({ ORDER_MERGE_SECONDS: '2', ORDERS_FROM: 'platform' });
    await shop.place('20000000000000000000000001', '900');
    await eventually(
      () => idsAt(shop.sandbox.accepted('tiktok'), /Purchase/),
      (ids) => ids.length === 1,
    );
    const { message, pixelId } = pageOf('Order Completed', { ...page, cart_id: CART, total: 240 }, 'page-1');
    const send = () => shop.post('/v1/track', message, IN_BROWSER);
    if (isPageFirst) await send();
    await shop.place(ORDER, '1001', {}, { cart_token: CART });
    if (!isPageFirst) await send();
    const ids = await eventually(
      () => idsAt(shop.sandbox.accepted('tiktok'), /Purchase|PlaceAnOrder/).slice(2),
      (found) => found.length >= 2,
    );
    expect(ids.toSorted()).toEqual([`PlaceAnOrder ${pixelId}`, `Purchase ${pixelId}`]);
  },
);

test.each([
  { checkout_id: 'checkout-1' },
  { checkout_id: 'checkout-1', checkout_token: 'token-of-the-checkout' },
])('pixel and collector give one id to a checkout with %j', async (properties) => {
  const shop = await startWebhookShop({ ORDERS_FROM: 'platform' });
  const { message, pixelId } = pageOf('Checkout Started', properties, 'page-1');
  await shop.post('/v1/track', message, IN_BROWSER);
  const ids = await eventually(
    () => idsAt(shop.sandbox.accepted('tiktok'), /InitiateCheckout/),
    (found) => found.length > 0,
  );
  expect(ids).toEqual([`InitiateCheckout ${pixelId}`]);
});
