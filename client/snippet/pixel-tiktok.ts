import { orderKey } from '../../shared/names.ts';
import type { MirroredMessage, Properties } from './api.ts';

/** The global of a TikTok pixel that the shop has on its pages already. */
interface Pixel {
  track(event: string, properties: Properties, options: { event_id: string }): void;
}
const pixel = () => (window as { ttq?: Partial<Pixel> }).ttq;

const NAMES: Record<string, string[]> = {
  'Product Viewed': ['ViewContent'],
  'Products Searched': ['Search'],
  'Product Added': ['AddToCart'],
  'Product Added to Wishlist': ['AddToWishlist'],
  'Checkout Started': ['InitiateCheckout'],
  'Payment Info Entered': ['AddPaymentInfo'],
  'Order Completed': ['PlaceAnOrder', 'Purchase'],
};
/** An order that is not paid yet is placed, but no purchase. The collector tells TikTok the same. */
const UNPAID = ['unpaid', 'authorized', 'pending', 'partially_paid'];

const RETRY_MS = 250;
const RETRIES = 60;

const toContent = (line: Properties) => ({
  content_id: line.sku ?? line.product_id,
  content_type: 'product',
  content_name: line.name,
  price: line.price,
  quantity: line.quantity,
});

export function toPixel(properties: Properties): Properties {
  const { products, product_id, sku, value, revenue, total, currency, query } = properties;
  const lines = Array.isArray(products) ? products : product_id || sku ? [properties] : [];
  return {
    contents: lines.map(toContent),
    value: value ?? revenue ?? total,
    currency,
    query,
  };
}

/** The collector's own id goes as the third argument, so that TikTok counts pixel and server as one. */
export function forward({ type, event = '', properties = {}, messageId }: MirroredMessage) {
  const event_id = orderKey(event, properties) ?? messageId;
  for (const name of (type === 'track' && NAMES[event]) || []) {
    if (name === 'Purchase' && UNPAID.includes(String(properties.financial_status))) continue;
    pixel()?.track?.(name, toPixel(properties), { event_id });
  }
}

/** Messages come here only while the visitor allows advertising. They wait for a pixel that is still loading. */
function listen(tries: number) {
  const { storebeacon } = window;
  if (!storebeacon) return;
  if (!pixel()?.track) {
    if (tries < RETRIES) setTimeout(listen, RETRY_MS, tries + 1);
    return;
  }
  const waiting = storebeacon.mirror;
  storebeacon.mirror = { push: forward };
  if (Array.isArray(waiting)) waiting.forEach(forward);
}
listen(0);
