import type { Properties } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { first, toOrder, toProduct } from '../translate.ts';

const MAX_PRODUCTS = 50;

/** Every object in a script, including those nested in lists, `@graph` and `mainEntity`. */
const unpack = (value: Thing): Thing[] =>
  list(value).reduce(
    (all, thing) => (thing ? all.concat(thing, unpack(thing['@graph']), unpack(thing.mainEntity)) : all),
    [],
  );

export type Event = [name: string, properties: Properties];

/**
 * The events of one page's schema.org scripts, given parsed: an Order is a thank-you page, one Product a product page,
 * an ItemList or several Products a list. Other values yield nothing.
 */
export const read = (scripts: Thing[]): Event[] => {
  const things = unpack(scripts);
  const ofType = (type: string) => things.filter((thing) => list(thing['@type']).includes(type));

  const events: Event[] = ofType('Order')
    .map(toOrder)
    // Without an id, each reload would count as another order.
    .filter(({ order_id }) => order_id)
    .map((order) => ['Order Completed', order]);
  const products = ofType('Product');
  const shelf = first(ofType('ItemList'));
  const entries = list(shelf.itemListElement || products);
  if (products.length === 1) events.push(['Product Viewed', toProduct(products[0])]);
  else if (entries[0])
    events.push([
      'Product List Viewed',
      {
        list_id: shelf['@id'] || shelf.url,
        category: shelf.name,
        products: entries.slice(0, MAX_PRODUCTS).map(toProduct),
      },
    ]);
  return events;
};
