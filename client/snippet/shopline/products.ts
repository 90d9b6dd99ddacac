import type { Change, Properties, Tools } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { read } from './read.ts';
import { orderOfPage, shownCurrency } from './storefront.ts';

export let tools: Tools;
/** What the core passes to each source of this file. */
export const useTools = (given: Tools) => {
  tools = given;
  // The data layer asks whether these contradict it.
  tools.changes = changes;
};

/** The changes of the cart that this file reported, newest first. */
export const changes: Change[] = [];

/** What this page's reports contained of each variant: a later one may contain only the id. */
const known: Record<string, Thing> = {};

/** Whether two amounts are the same but for rounding. */
const isNear = (one: number, other: number) => Math.abs(one / other - 1) < 0.01;

/** The id of an offer's variant: in its address or, in some themes, in the place of the merchant's SKU. */
const idOf = ({ url, sku }: Thing): string => /[?&]sku=(\w+)/.exec(url)?.[1] || sku;

/**
 * A product, completed by earlier reports of it and by the page's schema.org data. A price and its currency stay
 * together. Where the unit is not known, because some themes use hundredths, the price is kept only when it is the
 * page's, or a hundred times as much.
 */
export const toProduct = ({ handle, isRough, ...own }: Thing): Properties => {
  const { variant_id: id, quantity } = own;
  const {
    offers = [],
    product_id: pageId,
    name,
    url,
    currency: shown = shownCurrency(),
  }: Thing = tools.pageProduct();
  const offer = offers.find((one: Thing) => id && idOf(one) === id);
  const isPages =
    offer || (own.product_id && own.product_id === pageId) || (handle && `${url}?`.includes(`/${handle}?`));
  const kept = known[id] || {};
  const exact = offer?.price > 0 ? offer : kept;

  let { price, currency } = own;
  const isLike = (amount: number) =>
    [exact, ...(isPages ? offers : [])].some((one) => isNear(amount, one.price));
  if (price && (isRough || (!currency && exact.price)) && !isLike(price))
    price = isRough && isLike(price / 100) ? price / 100 : undefined;
  if (!(price >= 0)) ({ price, currency = currency } = exact);
  else if (isRough) currency = shown || currency;
  const product = {
    ...(isPages && { name }),
    ...kept,
    ...own,
    price,
    currency: currency || shown || kept.currency,
  };
  // A gift is not what its variant costs.
  if (id) known[id] = { ...product, price: price || kept.price };
  return { ...product, quantity, value: price >= 0 ? +(price * (quantity ?? 1)).toFixed(3) : undefined };
};

export const toOrder = (thing: Thing): Properties => {
  const { order_number, shipping, tax, email, phone, currency = shownCurrency() } = thing;
  const { price: total } = read({ price: thing.totalPrice ?? thing.value });
  return {
    order_id: thing.order_id || orderOfPage() || order_number,
    total,
    value: total,
    currency,
    order_number,
    shipping,
    tax,
    email,
    phone,
    products: list(thing.contents || thing.items || thing.products).map((line) =>
      toProduct(read({ currency, ...line })),
    ),
  };
};
