// @module-tag slow
import { expect, test } from 'vitest';
import { createSkipClock } from '../support/skip-clock.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const ORDER = '21050224050312121887324660';
const CART = 'cart-token-of-this-buyer';
const ALL = { advertising: true, analytics: true, marketing: true };
const WINDOW_MS = 30_000;

interface Page {
  properties?: object;
  pixel?: string;
  consent?: typeof ALL;
  messageId?: string;
}

/** A shop that has had an order before, and its visitor's thank-you page, which mirrors the pixel. */
async function startShop(variables: Record<string, string> = {}) {
  const clock = createSkipClock();
  const own = { ORDER_MERGE_SECONDS: `${WINDOW_MS / 1000}`, ORDERS_FROM: 'platform', ...variables };
  const shop = await startWebhookShop(own, { clock });
  await shop.place('20000000000000000000000001', '900');
  const show = async ({
    properties = { order_number: '1001', cart_id: CART },
    pixel = 'mirror',
    consent = ALL,
    messageId = 'page-1',
  }: Page = {}) => {
    const message = {
      ...{ type: 'track', event: 'Order Completed', messageId, anonymousId: 'visitor' },
      properties,
      context: { tiktok: { pixel }, consent: { categoryPreferences: consent } },
    };
    const { unmatched } = await (await shop.post('/v1/track', message, IN_BROWSER)).json();
    return unmatched as string[] | undefined;
  };
  const counted = async () => {
    const metrics = await (await shop.admin('GET', '/metrics')).text();
    const [, count] =
      /^storebeacon_messages_skipped_total\{[^}]*reason="pixel-unmatched"[^}]*\} (\d+)/m.exec(metrics) ?? [];
    return Number(count);
  };
  const placeOrder = () => shop.place(ORDER, '1001', {}, { cart_token: CART });
  return { ...shop, clock, show, counted, placeOrder };
}

test.each(['platform', 'browser'])(
  'with orders from %s, a page after the merge window is told to keep its order from the pixel',
  async (ordersFrom) => {
    const { clock, show, counted, placeOrder } = await startShop({ ORDERS_FROM: ordersFrom });
    await placeOrder();
    clock.skip(WINDOW_MS + 1000);
    expect(await counted()).toBe(0);
    expect(await show()).toEqual(['page-1']);
    expect(await counted()).toBe(1);
    // A beacon's answer is read by nobody: the message is sent again, answered again, and counted once.
    expect(await show()).toEqual(['page-1']);
    expect(await counted()).toBe(1);
  },
);

test.each(['platform', 'browser'])(
  'with orders from %s, a page within the merge window, or before it, is mirrored',
  async (ordersFrom) => {
    const { show, counted, placeOrder } = await startShop({ ORDERS_FROM: ordersFrom });
    expect(
      await show({ properties: { order_number: '1000', cart_id: 'cart-of-another-order' } }),
    ).toBeUndefined();
    await placeOrder();
    expect(await show({ messageId: 'page-2' })).toBeUndefined();
    expect(await counted()).toBe(0);
  },
);

test('a page that proves nothing is mirrored under the order’s own id alone', async () => {
  const { show, placeOrder } = await startShop();
  await placeOrder();
  expect(await show({ properties: { order_number: '1001' }, messageId: 'by-number' })).toEqual(['by-number']);
  expect(await show({ properties: { order_id: ORDER }, messageId: 'by-id' })).toBeUndefined();
});

/** What TikTok is sent of the order after its merge window. */
async function idsAtTiktok({ clock, settled, sandbox }: Awaited<ReturnType<typeof startShop>>) {
  clock.skip(WINDOW_MS + 1000);
  await settled();
  const sent = sandbox.accepted('tiktok') as { event_id: string }[];
  return [...new Set(sent.map(({ event_id }) => event_id))].filter((id) => !id.startsWith('order:2000'));
}

test.each([
  ['before the webhook, with a prefix', 'TW-1001', true, undefined, 'order:TW-1001'],
  ['after the webhook, with a prefix', 'TW-1001', false, undefined, 'order:TW-1001'],
  ['after the webhook, by a name the shop does not know', 'mine', false, ['page-1'], `order:${ORDER}`],
])(
  'a page that proves itself %s: pixel and collector give one id, or the pixel none',
  async (_, order_number, isPageFirst, unmatched, id) => {
    const shop = await startShop();
    if (!isPageFirst) await shop.placeOrder();
    expect(await shop.show({ properties: { order_number, cart_id: CART } })).toEqual(unmatched);
    if (isPageFirst) await shop.placeOrder();
    expect(await idsAtTiktok(shop)).toEqual([id]);
  },
);

test('of two pages that call the order differently the first is mirrored', async () => {
  const shop = await startShop();
  await shop.placeOrder();
  expect(await shop.show()).toBeUndefined();
  const properties = { order_id: ORDER, order_number: '1001', cart_id: CART };
  expect(await shop.show({ properties, messageId: 'page-2' })).toEqual(['page-2']);
  expect(await idsAtTiktok(shop)).toEqual(['order:1001']);
});

test('the page of an order that was opened on another device days later counts nothing again', async () => {
  const { clock, show } = await startShop({ ORDERS_FROM: 'browser', SHOPLINE_APP_SECRET: '' });
  const properties = { order_id: '7', total: 10, currency: 'TWD' };
  expect(await show({ properties })).toBeUndefined();
  clock.skip(3 * 86_400_000);
  expect(await show({ properties, messageId: 'on-the-phone' })).toEqual(['on-the-phone']);
});

test.each([
  ['mirrors no pixel', { pixel: 'off' }],
  ['may not advertise', { consent: { ...ALL, advertising: false } }],
])('a late page that %s is told nothing', async (_, page) => {
  const { clock, show, counted, placeOrder } = await startShop();
  await placeOrder();
  clock.skip(WINDOW_MS + 1000);
  expect(await show(page)).toBeUndefined();
  expect(await counted()).toBe(0);
});

test('one answer lists fifty orders at most', async () => {
  const { clock, post, placeOrder } = await startShop();
  await placeOrder();
  clock.skip(WINDOW_MS + 1000);
  const batch = Array.from({ length: 60 }, (_, nth) => ({
    ...{ type: 'track', event: 'Order Completed', messageId: `page-${nth}`, anonymousId: `visitor-${nth}` },
    properties: { order_number: '1001' },
    context: { tiktok: { pixel: 'mirror' }, consent: { categoryPreferences: ALL } },
  }));
  const { unmatched } = await (await post('/v1/batch', { batch }, IN_BROWSER)).json();
  expect(unmatched).toHaveLength(50);
});
