import { orderPayload, signShopline } from '../../server/sandbox/webhooks.ts';
import { type CollectorOptions, eventually, SHOP_ORIGIN, startCollector } from './collector.ts';

const SECRET = 'app-secret-of-the-shop';
/** A robot's visit would not count. */
const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
export const IN_BROWSER = { origin: SHOP_ORIGIN, 'user-agent': BROWSER };
const LINES = [{ productId: 'tea', variantId: 'tea-1', title: 'Tea', price: 240, quantity: 1 }];

/** A collector with order webhooks. Reports are merged at once unless `variables` say otherwise. */
export async function startWebhookShop(
  variables: Record<string, string> = {},
  options: CollectorOptions = {},
) {
  const own = { SHOPLINE_APP_SECRET: SECRET, ORDER_MERGE_SECONDS: '0', ...variables };
  const collector = await startCollector(own, options);
  const { admin, post, sandbox } = collector;
  const sendWebhook = (topic: string, body: object, webhookId = topic) => {
    const shopDomain = 'sandbox.myshopline.com';
    const { headers, body: text } = signShopline({ topic, body, secret: SECRET, shopDomain, webhookId });
    return post('/v1/webhooks/shopline', text, headers);
  };
  const order = (orderId: string, number: string, parts: object = {}) =>
    orderPayload({ orderId, number, placedAtMs: Date.now(), lines: LINES, ...parts });
  const destinations = async () =>
    (await (await admin('GET', '/admin/status')).json()).destinations as { waiting: number }[];
  return {
    ...collector,
    sendWebhook,
    order,
    place: (orderId: string, number: string, parts: object = {}, more: object = {}) =>
      sendWebhook('orders/create', { ...order(orderId, number, parts), ...more }, `create-${orderId}`),
    track: (event: string, properties: object, anonymousId = 'somebody') =>
      post('/v1/track', { anonymousId, event, properties }, IN_BROWSER),
    /** Resolves when state knows all that was answered so far. */
    counted: () => admin('GET', '/admin/statistics'),
    /** Resolves when no destination has anything left to do. */
    settled: () => eventually(destinations, (all) => all.every(({ waiting }) => waiting === 0)),
    ordersAt: (api: 'tiktok' | 'customerio') =>
      (sandbox.accepted(api) as { event?: string; properties: { value?: number } }[]).filter(({ event }) =>
        /Order|Purchase/.test(String(event)),
      ),
    atShopline: () => sandbox.accepted('shopline') as { event_code: string; parent_event_id?: string }[],
  };
}

/** Of the backend of `startConsentShops`. */
export const SERVER_KEY = 'server-key-of-the-backend-0123';

/** Two shops, by what counts while nothing was said. The webhooks of both arrived before. */
export async function startConsentShops(options: CollectorOptions) {
  const start = async (consentDefault: string) => {
    const shop = await startWebhookShop({ CONSENT_DEFAULT: consentDefault, SERVER_KEY }, options);
    await shop.place('21050224312121887324660000', '#D999', { userId: '6999' });
    return shop;
  };
  return { granted: await start('granted'), denied: await start('denied') };
}
