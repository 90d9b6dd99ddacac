import type { Page } from '../api.ts';
import { entriesOf } from '../json-ld/read.ts';
import { isA, itemOf, PRODUCT, unpack } from '../json-ld/thing.ts';
import { list, type Thing } from '../thing.ts';

const MAX_THINGS = 100;
const MAX_DEPTH = 3;
/** An order of yesterday's in another time zone may be new. */
const MAX_ORDER_AGE_MS = 36 * 3_600_000;
const SHELF = /^(ItemList|OfferCatalog)$/;
/** Prices that are not what one costs: crossed out, for 100 g, for members, of the delivery. */
const OTHER_PRICE = /List|Strike|SRP|Minimum|Regular|Charge|referenceQ|Tier/;

const isShared = (names: string[], one: Thing, other: Thing) =>
  names.some((name) => one[name] && one[name] === other[name]);
const isOther = (one: Thing, other: Thing) =>
  ['sku', 'url'].some((name) => one[name] && other[name] && one[name] !== other[name]);
/** Whether both are about one product or order: themes and apps describe it more than once. */
const isSame = (one: Thing, other: Thing) =>
  isShared(['@id', 'sku', 'productID', 'orderNumber', 'inProductGroupWithID'], one, other) ||
  (isShared(['url', 'name'], one, other) && !isOther(one, other));

/** Both in one; where both have a value, the stronger one's. */
const combine = (weak: Thing, strong: Thing): Thing => {
  const both = { ...weak };
  for (const name in strong) if (`${strong[name] ?? ''}`) both[name] = strong[name];
  return both;
};

/**
 * What a page is about, in plain words: one object for each product and order, with the offer that is meant first; without
 * what is beside the product of a product page, and without earlier orders.
 *
 * @param at when the page was seen.
 */
export const simplify = (scripts: Thing, page: Page, at: Date): Thing[] => {
  const things = unpack(scripts).slice(0, 999);
  const byId = new Map<unknown, Thing>();
  for (const thing of things)
    if (thing['@id']) byId.set(thing['@id'], { ...byId.get(thing['@id']), ...thing });
  const resolve = (value: Thing): Thing[] =>
    list(value).map((thing) =>
      thing === Object(thing) ? { ...byId.get(thing['@id']), ...thing } : { url: thing },
    );

  const { path: pathname } = page;
  // The recorded address has no variant. That of the browser has, while the page is still there.
  const search = pathname === location.pathname ? location.search : '';
  const chosen = [...new URLSearchParams(search).values()].filter(Boolean);
  const isHere = ({ url }: Thing) => {
    try {
      return new URL(url).pathname === pathname;
    } catch {
      return `${url}`.split(/[?#]/)[0] === pathname;
    }
  };
  /** Named by the address, or else available. */
  const rank = ({ url, sku, availability }: Thing) =>
    (chosen.some((value) => [sku, ...`${url}`.split(/[?&=#]/)].includes(value)) ? 4 : 0) +
    (isHere({ url }) ? 2 : 0) +
    (/Out|Sold|Disc/.test(availability) ? 0 : 1);

  /** Each with its price. Those of variants and of several sellers are inside of others, and references may go in a circle. */
  const offersOf = (thing: Thing, depth = 0): Thing[] =>
    resolve(thing.hasVariant || thing.offers).flatMap((offer) => {
      const prices = resolve(offer.priceSpecification);
      const price = prices.find((one) => !OTHER_PRICE.test(JSON.stringify(one))) || prices[0];
      const inner = depth < MAX_DEPTH ? offersOf(offer, depth + 1) : [];
      return inner[0] ? inner.map((one) => combine(offer, one)) : combine({ ...price }, offer);
    });
  const toProduct = (thing: Thing): Thing => {
    const offers = offersOf(thing).sort((one, other) => rank(other) - rank(one));
    const { url = thing.url } = offers[0] || {};
    const [, variant_id] = /[?&](?:variant|sku)(?:_?id)?=([\w-]+)/i.exec(url) || [];
    const group = thing.productGroupID || thing.inProductGroupWithID;
    return {
      variant_id,
      ...thing,
      '@type': 'Product',
      productID: thing.productID || group,
      brand: resolve(thing.brand)[0],
      offers,
    };
  };

  /** Those of a type, each once, as the first of its descriptions and what others add. */
  const ofType = (type: RegExp) => {
    const merged: Thing[] = [];
    for (const thing of things
      .filter((one) => isA(one, type))
      .slice(0, MAX_THINGS)
      .sort((one, other) => rank(other) - rank(one))) {
      const index = merged.findIndex((other) => isSame(thing, other));
      if (index < 0) merged.push(thing);
      else merged[index] = combine(thing, merged[index]);
    }
    return merged;
  };

  const orders = ofType(/^Order$/).filter(
    ({ orderStatus, orderDate }, _index, { length }) =>
      length === 1 &&
      !/Cancel|Deliver|Pickup|Problem|Return|Transit/.test(orderStatus) &&
      !/account|history|profile/i.test(pathname) &&
      !(+at - Date.parse(orderDate) > MAX_ORDER_AGE_MS),
  );
  const shelves = ofType(SHELF).map((shelf) => ({
    ...shelf,
    '@type': 'ItemList',
    itemListElement: resolve(list(shelf.itemListElement).filter((entry) => entry === Object(entry))).map(
      (entry) => ({
        ...entry,
        item: resolve(itemOf(entry)).map((item) => (isA(item, PRODUCT) ? toProduct(item) : item))[0],
      }),
    ),
  }));
  const listed = shelves.flatMap(entriesOf).map(itemOf);
  const isIn = (others: Thing[]) => (one: Thing) => others.some((other) => isSame(one, other));
  const products = ofType(PRODUCT);
  const about = [
    products.filter(isIn(unpack(things.map(({ mainEntity }) => mainEntity)))),
    products.filter(isHere),
    products.filter((one) => !isIn(listed)(one)),
  ].find((found) => found.length === 1);
  return [...orders, ...(about || (listed[0] ? [] : products)).map(toProduct), ...(about ? [] : shelves)];
};
