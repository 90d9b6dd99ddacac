import { eventIdOf } from '../../shared/order-ids.ts';
import { isPaid } from '../../shared/payment.ts';
import type { Message, Notice, Properties } from './api.ts';

/** The global of a TikTok pixel that the shop has already installed. */
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

/** Passes the collector's event id, so that TikTok counts pixel and server as one event. */
export function forward({ type, event = '', properties = {}, messageId }: Message) {
  const event_id = eventIdOf(event, properties, messageId);
  for (const name of (type === 'track' && NAMES[event]) || []) {
    if (name === 'Purchase' && !isPaid(properties.financial_status, 'browser')) continue;
    pixel()?.track?.(name, toPixel(properties), { event_id });
  }
}

/** Messages that wait for the pixel to load, all with consent to advertising. */
const waiting: Message[] = [];
let tries = 0;

function forwardAll() {
  if (pixel()?.track) waiting.splice(0).forEach(forward);
  else if (tries++ < RETRIES) setTimeout(forwardAll, RETRY_MS);
  else waiting.length = 0;
}

window.storebeacon?.listen((...[kind, , message, consent]: Notice) => {
  if (kind !== 'message' || !consent.advertising) return;
  // The first message starts the retries for all.
  if (waiting.push(message) === 1) forwardAll();
});
