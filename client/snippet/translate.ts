import type { Properties } from './api.ts';
import { normalizePlain as normalize } from './normalize.ts';
import { list, type Thing } from './thing.ts';

/** Our property name, then its schema.org names. The first name with a value is used. */
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

export const first = (value: Thing): Thing => list(value)[0] || {};

/**
 * A brand, category, image or quantity is either plain or an object, of which the name, URL or value is used. An
 * object with none of these (a reference by `@id`) yields undefined.
 */
const translate = (thing: Thing): Properties => {
  const properties: Properties = {};
  for (const row of NAMES) {
    const names = row.split(' ');
    const [found] = list(thing[names.find((name) => thing[name]) as string]);
    properties[names[0] as string] = found === Object(found) ? found.name || found.url || found.value : found;
  }
  return normalize(properties);
};

/** A product, or the entry of a list or line of an order that contains one. The price is that of its first offer. */
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
