import type { Properties, Tools } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import * as schema from '../translate.ts';
import { orderOfPage, shownCurrency } from './storefront.ts';

/** Variants of a product never differ in price by more than this factor; beyond it, one price is in hundredths. */
const NOT_A_VARIANT = 20;

/** The value of the first of these names that has one. */
const pick = (thing: Thing, names: string) => thing[names.split(' ').find((name) => thing[name]) as string];

/** The variant's id, under any of the names used by buses, cart and requests; '' when there is none. */
export const skuOf = (thing: Thing): string =>
  String(pick(thing, 'content_sku_id sku_id skuSeq skuId variantId variant_id SKU id') ?? '');

const rename = (thing: Thing) => ({
  product_id: pick(thing, 'content_spu_id spu_id spuSeq spuId productId product_id productSeq'),
  sku: skuOf(thing),
  name: pick(thing, 'content_name product_name product_title title name'),
  category: pick(thing, 'content_category category'),
  image_url: pick(thing, 'image_url image'),
  price: pick(thing, 'price final_price original_price value'),
  quantity: pick(thing, 'quantity num'),
  currency: pick(thing, 'currency currency_code') || shownCurrency(),
});

const filled = (thing: Thing) => {
  for (const name in thing) if (!thing[name]) delete thing[name];
  return thing;
};

/** Variants reported before: a later report may contain only the id. */
const known = new Map<string, Thing>();

/**
 * A product, completed by earlier reports of it and by the page's schema.org data. Their price also shows the unit:
 * some themes use hundredths.
 *
 * @param isSure whether the price is in major units when there is none to compare with; else it is left out.
 */
export const toProduct = (thing: Thing, { pageProduct }: Tools, isSure = true): Properties => {
  const own: Thing = filled(rename(thing));
  const { ...page }: Thing = pageProduct();
  const text = JSON.stringify(page);
  const isPages = own.product_id ? text.includes(own.product_id) : text.includes(own.sku);
  const base: Thing = { ...(isPages && page), ...known.get(own.sku) };
  if (!base.price || base.currency !== own.currency) {
    if (!isSure) delete own.price;
  } else if (own.price > NOT_A_VARIANT * base.price) own.price /= 100;
  // The page has the price of one variant only.
  if (base.sku !== own.sku) delete base.price;
  const { quantity: _, value: __, ...product } = { ...base, ...own };
  if (own.sku) known.set(own.sku, product);
  // Themes know no SKU of the merchant: theirs is the variant's id.
  return { ...schema.toProduct({ ...product, quantity: own.quantity }), variant_id: own.sku };
};

export const toOrder = (thing: Thing, tools: Tools): Properties => {
  const lines = list(thing.contents || thing.items || thing.products);
  const products = lines.map((line) => toProduct({ currency: thing.currency, ...line }, tools));
  const { order_number, shipping, tax, email, phone } = thing;
  return {
    ...schema.toOrder({
      order_id: thing.order_id || orderOfPage() || order_number,
      price: pick(thing, 'totalPrice value'),
      currency: thing.currency || shownCurrency(),
    }),
    order_number,
    shipping,
    tax,
    email,
    phone,
    products,
  };
};
