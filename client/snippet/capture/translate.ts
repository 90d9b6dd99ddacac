import type { Properties } from '../api.ts';
import { normalize } from '../normalize.ts';

// biome-ignore lint/suspicious/noExplicitAny: from anybody's hand: each property is missing, a value or a list of them.
export type Thing = any;

/** Our name of a property, then what SHOPLINE's bus and schema.org call it. The first that is there counts. */
const NAMES = [
  'product_id content_spu_id productID sku @id url',
  'sku content_sku_id',
  'name content_name title',
  'brand',
  'category content_category',
  'image_url image',
  'url',
  'position',
  'price totalPrice lowPrice value',
  'currency priceCurrency',
  'quantity orderQuantity',
  'order_id orderNumber',
  'order_number',
  'email',
  'phone',
];

export const list = (value: Thing): Thing[] => [].concat(value || []);
export const first = (value: Thing): Thing => list(value)[0] || {};

/** A brand, a category or an image is a text, or a thing that has one. */
const translate = (thing: Thing): Properties => {
  const properties: Properties = {};
  for (const row of NAMES) {
    const names = row.split(' ');
    const [found] = list(thing[names.find((name) => thing[name]) as string]);
    properties[names[0] as string] = found && (found.name || found.url || found);
  }
  return normalize(properties);
};

/** A product, its address, or a thing around either: an entry of a list, a line of an order. Its offer says the price. */
export const toProduct = (thing: Thing): Properties => {
  const item = thing.item || thing.orderedItem || thing.itemOffered || thing;
  return translate({
    ...first(item.offers),
    ...thing,
    ...item,
  });
};

/** The order of a thank-you page stands in its address, where SHOPLINE's bus may not say it. */
export const orderOfPage = () => new URLSearchParams(location.search).get('mainOrderSeq');

export const toOrder = (thing: Thing): Properties => {
  const { price: total, ...order } = translate(thing);
  return {
    ...order,
    total,
    order_id: order.order_id || orderOfPage() || order.order_number,
    products: list(thing.contents || thing.orderedItem || thing.acceptedOffer).map(toProduct),
  };
};
