import type { Properties } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { isA, itemOf, PRODUCT, unpack } from './thing.ts';

const MAX_PRODUCTS = 50;

/** Our property name, then its schema.org names. The first name with a value is used. */
const NAMES = [
  'product_id productID sku @id url',
  'variant_id',
  'sku',
  'name',
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

/** `offers`: what is known of a product's variants. */
export type Event = [name: string, properties: Properties, offers?: Thing];

/**
 * A value is plain, or an object with a text, name, address or value. An object with none of these (a reference by `@id`)
 * yields undefined.
 */
const plain = (value: Thing): Thing => {
  const [found] = [].concat(value) as Thing[];
  return found === Object(found)
    ? plain(found['@value'] ?? found.name ?? found.url ?? found.contentUrl ?? found.value)
    : found;
};
/** A number as computers write it. `1.299` is not plain: some write it for 1299. */
const NUMBER = /^-?\d+(\.(?!\d{3}$)\d+)?$/;

/** Amounts that are not plain stay text, for `repair.js` or the collector. `value` is price × quantity. */
const translate = (thing: Thing): Properties => {
  const properties: Properties = {};
  for (const row of NAMES) {
    const names = row.split(' ');
    const [name] = names as [string];
    const found = names.map((one) => plain(thing[one])).find((one) => `${one ?? ''}`);
    properties[name] = /^(pri|qua|pos)/.test(name) && NUMBER.test(found) ? +found : found;
  }
  const { price, quantity = 1 } = properties as Record<string, number>;
  if (typeof price === 'number') properties.value = +(price * quantity).toFixed(3);
  return properties;
};

/** A product, or the entry of a list or line of an order that contains one. The price is that of its first offer. */
const toProduct = (thing: Thing): Properties => {
  const item = itemOf(thing);
  return translate({ ...list(item.offers)[0], ...thing, ...item });
};
const toOrder = (thing: Thing): Properties => {
  const { price: total, ...order } = translate(thing);
  return { ...order, total, products: list(thing.orderedItem || thing.acceptedOffer).map(toProduct) };
};

/** Its entries that are products, or only addresses; none of a menu, articles or other things. */
export const entriesOf = (shelf: Thing): Thing[] =>
  list(shelf.itemListElement).filter(
    (entry) => entry === Object(entry) && !isA(itemOf(entry), /^(?!List|\w*Prod)/),
  );

/**
 * The events of one page's schema.org data: an Order is a thank-you page, one Product a product page, an ItemList or several
 * Products a list. Other values yield nothing.
 */
export const read = (scripts: Thing): Event[] => {
  const things = unpack(scripts);
  const ofType = (type: RegExp) => things.filter((thing) => isA(thing, type));

  const events: Event[] = ofType(/^Order$/)
    .map(toOrder)
    // Without an id, each reload would count as another order.
    .filter(({ order_id }) => order_id)
    .map((order) => ['Order Completed', order]);
  const products = ofType(PRODUCT);
  const shelf = ofType(/^ItemList$/).find((one) => entriesOf(one)[0]) || {};
  const entries = entriesOf(shelf)[0] ? entriesOf(shelf) : products;
  const [product] = products;
  if (products.length === 1) {
    const properties = toProduct(product);
    if (properties.name || properties.sku)
      events.push(['Product Viewed', properties, list(product.offers).map(translate)]);
  } else if (entries[0])
    events.push([
      'Product List Viewed',
      {
        list_id: shelf['@id'] || shelf.url,
        category: plain(shelf.name),
        products: entries.slice(0, MAX_PRODUCTS).map(toProduct),
      },
    ]);
  return events;
};
