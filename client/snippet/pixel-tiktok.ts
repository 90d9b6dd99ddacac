import { type ContentIdName, contentIdOf, quantityOf, wholeQuantity } from '../../shared/content-ids.ts';
import { pageEventId } from '../../shared/order-ids.ts';
import { readProducts, readValue } from '../../shared/order-value.ts';
import { isPaid } from '../../shared/payment.ts';
import type { JsonObject, Source } from '../../shared/protected-event.ts';
import type { Message, Notice, Properties } from './api.ts';
import type { Thing } from './thing.ts';

/** The global of a TikTok pixel that the shop has already installed. */
interface Pixel {
  track(event: string, properties: Properties, options: { event_id: string }): void;
}
const pixel = () => (window as { ttq?: Partial<Pixel> }).ttq;

const ORDER = 'Order Completed';
const NAMES: Record<string, string[]> = {
  'Product Viewed': ['ViewContent'],
  'Products Searched': ['Search'],
  'Product Added': ['AddToCart'],
  'Product Added to Wishlist': ['AddToWishlist'],
  'Checkout Started': ['InitiateCheckout'],
  'Payment Info Entered': ['AddPaymentInfo'],
  [ORDER]: ['PlaceAnOrder', 'Purchase'],
};
const RETRY_MS = 250;
const RETRIES = 60;

const settings = () => window.storebeacon?.options ?? {};
/** As `TIKTOK_CONTENT_ID` defaults at the collector. */
const contentIdName = () =>
  (settings().contentId ?? ((window as Thing).Shopline ? 'variant_id' : 'product_id')) as ContentIdName;

const toContent = (line: JsonObject) => {
  const quantity = quantityOf(line);
  const found = contentIdOf(line, contentIdName());
  if (!found || quantity <= 0) return [];
  return [
    {
      content_id: found.id,
      content_type: found.type,
      content_name: line.name,
      price: line.price,
      quantity: wholeQuantity(quantity),
    },
  ];
};

type Pairs = readonly (readonly [number, number])[];
const sumOfProducts = (pairs: Pairs, decimals: number) =>
  +pairs.reduce((sum, [price, quantity]) => sum + price * quantity, 0).toFixed(decimals);

/** As the collector's mapping for TikTok: an amount without a currency is left out. */
function toPixel(event: string, sent: Properties): Properties {
  const properties = sent as JsonObject;
  const { currency, query } = properties;
  return {
    contents: readProducts(properties).flatMap(toContent),
    value: currency ? readValue({ event, properties }, sumOfProducts) : undefined,
    currency,
    query,
  };
}

/**
 * Where the shop system or the shop's backend makes the orders (`data-orders`), a page that does not say "paid" is no
 * purchase: the collector sends it when it is paid.
 */
function isPurchase({ financial_status: status }: Properties) {
  const { orders = 'browser' } = settings();
  return (status || orders === 'browser') && isPaid(status, orders as Source);
}

/** Passes the collector's event id, so that TikTok counts pixel and server as one event. */
function forward({ event = '', properties = {}, messageId }: Message) {
  const event_id = pageEventId(event, properties, messageId);
  for (const name of NAMES[event] || []) {
    if (name === 'Purchase' && !isPurchase(properties)) continue;
    pixel()?.track?.(name, toPixel(event, properties), { event_id });
  }
}

/** Messages that wait for the pixel to load, all with consent to advertising. */
const waiting: Message[] = [];
let isAllowed: boolean | undefined;
let tries = 0;

function forwardAll() {
  if (pixel()?.track) waiting.splice(0).forEach(forward);
  else if (tries++ < RETRIES) setTimeout(forwardAll, RETRY_MS);
  else waiting.length = 0;
}

function add(message: Message) {
  // The first message starts the retries for all.
  if (waiting.push(message) === 1) forwardAll();
}

/**
 * Orders wait for the answer, on whichever page it arrives: the collector names those that TikTok is sent under another
 * id, because the page came too late.
 */
window.storebeacon?.listen((...[kind, first, second, third]: Notice) => {
  if (kind === 'consent') isAllowed = first.advertising;
  if (kind === 'message' && third.advertising && second.event !== ORDER) add(second);
  if (kind === 'answer' && isAllowed && first === 200)
    // Without consent to advertising it has no `tiktok`.
    for (const message of JSON.parse(third).batch)
      if (message.event === ORDER && message.context.tiktok && !second.includes(message.messageId))
        add(message);
});
