import type { Capture, Properties } from '../api.ts';
import { watch } from '../page.ts';
import { parse } from '../storage.ts';
import { first, list, type Thing, toOrder, toProduct } from './translate.ts';

const MAX_PRODUCTS = 50;

/** Everything a script holds, taken out of lists, graphs and the pages around it. */
const unpack = (value: Thing): Thing[] =>
  list(value).reduce(
    (all, thing) => (thing ? all.concat(thing, unpack(thing['@graph']), unpack(thing.mainEntity)) : all),
    [],
  );

let product: Properties = {};

/** The one product this page is about, as its schema.org data says; empty when there is none. */
export const pageProduct = () => product;

/**
 * schema.org data: one Product is a product page, an ItemList or several Products are a list, an Order is a
 * thank-you page. Read again when a script of the page brings new data.
 */
export const captureJsonLd: Capture = (report) => {
  let seen: (string | null)[] = [];
  watch(() => {
    const scripts = document.querySelectorAll('[type="application/ld+json"]');
    const texts = [...scripts].map((script) => script.textContent);
    // Many routers leave the last page's data standing: what was read there is not this page.
    const things = unpack(texts.filter((text) => !seen.includes(text)).map(parse));
    seen = texts;

    const ofType = (type: string) => things.filter((thing) => list(thing['@type']).includes(type));

    // Without its number it would be another order each time.
    for (const order of ofType('Order').map(toOrder)) if (order.order_id) report('Order Completed', order);
    const products = ofType('Product');
    const shelf = first(ofType('ItemList'));
    const entries = list(shelf.itemListElement || products);
    if (products.length === 1) {
      product = toProduct(products[0]);
      report('Product Viewed', product);
    } else if (entries[0]) {
      report('Product List Viewed', {
        list_id: shelf['@id'] || shelf.url,
        category: shelf.name,
        products: entries.slice(0, MAX_PRODUCTS).map(toProduct),
      });
    }
  });
};
