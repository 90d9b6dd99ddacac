import { eventIdOf } from '../../../shared/order-ids.ts';
import type { JsonObject, ProtectedEvent } from '../../../shared/protected-event.ts';
import { type Skip, skip } from '../destination.ts';
import {
  compact,
  readCurrency,
  readNumber,
  readProducts,
  readText,
  readValue,
  toEpochMs,
} from '../values.ts';
import { namesOf } from './names.ts';
import type { Content, Payload, Properties } from './payload.ts';
import type { Settings } from './settings.ts';
import { user } from './user.ts';

/** One payload for each TikTok name of the event, all with the same `event_id`. */
export function map(event: ProtectedEvent, settings: Settings): Payload[] | Skip {
  const names = namesOf(event, settings.events);
  if (names.length === 0) return skip('unmapped');
  const ms = toEpochMs(event.timestamp);
  if (ms === undefined) return skip('too-old');
  const { limited_data_use } = event.context.tiktok ?? {};
  return names.map((name) => ({
    event: name,
    event_time: Math.floor(ms / 1000),
    event_id: event.eventId ?? eventIdOf(event.event ?? '', event.properties, event.messageId),
    ...compact({ user: user(event), page: page(event), limited_data_use }),
    ...compact({ properties: properties(event, name, settings) }),
  }));
}

function page({ context }: ProtectedEvent): Payload['page'] {
  const url = httpUrl(context.page?.url);
  const referrer = httpUrl(context.page?.referrer);
  return url ? { url, ...compact({ referrer }) } : undefined;
}

const httpUrl = (text: string | undefined) =>
  text && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined;

function properties(event: ProtectedEvent, name: string, settings: Settings): Properties | undefined {
  const products = readProducts(event.properties);
  // A list shows groups of products; every other event is about single ones.
  const type = event.event === 'Product List Viewed' ? 'product_group' : 'product';
  const contents = products.flatMap((product) => content(product, type) ?? []);
  const value = notNegative(readValue(event));
  const search = readText(event.properties.query) ?? readText(event.properties.search_string);
  return compact({
    contents: contents.length > 0 ? contents : undefined,
    content_type: contents.length > 0 ? type : undefined,
    value,
    currency: readCurrency(event.properties) ?? (value === undefined ? undefined : settings.storeCurrency),
    num_items: name === 'InitiateCheckout' ? countItems(products) : undefined,
    order_id: readText(event.properties.order_id),
    // TikTok's pages disagree on the key, by language; both are accepted.
    query: search,
    search_string: search,
  });
}

/** A line without an id cannot be matched with the catalogue and is left out. */
function content(product: JsonObject, type: Content['content_type']): Content | undefined {
  const sku = readText(product.sku);
  const group = readText(product.product_id);
  const id = type === 'product' ? (sku ?? group) : (group ?? sku);
  if (id === undefined) return undefined;
  return {
    content_id: id,
    content_type: type,
    quantity: quantityOf(product),
    ...compact({
      content_name: readText(product.name),
      content_category: readText(product.category),
      brand: readText(product.brand),
      price: notNegative(readNumber(product.price)),
    }),
  };
}

const notNegative = (amount: number | undefined) =>
  amount !== undefined && amount >= 0 ? amount : undefined;

const MAX_QUANTITY = 1e9;
const quantityOf = (product: JsonObject) =>
  Math.min(MAX_QUANTITY, Math.max(1, Math.round(readNumber(product.quantity) ?? 1)));

function countItems(products: JsonObject[]): number | undefined {
  return products.reduce((sum, product) => sum + quantityOf(product), 0) || undefined;
}
