import type { Properties } from '../api.ts';
import { normalize } from '../normalize.ts';

// biome-ignore lint/suspicious/noExplicitAny: from anybody's hand: each property is missing, a value or a list of them.
export type Thing = any;

/** Our name of a property, then what schema.org calls it. The first that is there counts. */
const NAMES = [
  'product_id productID sku @id url',
  'sku',
  'name title',
  'brand',
  'category',
  'image_url image',
  'url',
  'position',
  'price lowPrice',
  'currency priceCurrency',
  'quantity orderQuantity eligibleQuantity',
  'order_id orderNumber',
];

export const list = (value: Thing): Thing[] => [].concat(value || []);
export const first = (value: Thing): Thing => list(value)[0] || {};

/** A brand, a category, an image or a quantity is plain, or a thing that has one; one described elsewhere is left out. */
const translate = (thing: Thing): Properties => {
  const properties: Properties = {};
  for (const row of NAMES) {
    const names = row.split(' ');
    const [found] = list(thing[names.find((name) => thing[name]) as string]);
    properties[names[0] as string] = found === Object(found) ? found.name || found.url || found.value : found;
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

export const toOrder = (thing: Thing): Properties => {
  const { price: total, ...order } = translate(thing);
  const products = list(thing.products || thing.orderedItem || thing.acceptedOffer).map(toProduct);
  return { ...order, total, products };
};
