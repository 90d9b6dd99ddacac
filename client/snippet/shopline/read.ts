import type { Thing } from '../thing.ts';

/** Our name, then others in use, without their `content`, `_` and capitals. The first of these with a value is used, ours last. */
const NAMES = [
  'product_id spuid productid',
  'variant_id skuid variantid id',
  'sku',
  'name productname producttitle title',
  'category',
  'price',
  'currency',
  'quantity num',
  'handle producthandle',
  // Carts that write `num` count in hundredths.
  'isRough num',
];

/**
 * A product, or a line of a cart or request, in our names: ids as text, without what has no value. Buses, carts and
 * requests write one name in many ways: `spuId`, `spu_id`, `content_spu_id`.
 */
export const read = (thing: Thing): Thing => {
  const all: Thing = {};
  // Zero is a value: a gift costs nothing.
  for (const name in thing)
    if (/str|num/.test(typeof thing[name]) && thing[name] !== '')
      all[name.replace(/content|_/g, '').toLowerCase()] ??= `${thing[name]}`;
  const own: Thing = {};
  for (const row of NAMES) {
    const [name, ...names] = row.split(' ') as [string];
    const value = [...names, name].map((other) => all[other]).find((found) => found);
    if (value) own[name] = /pri|qua/.test(name) ? +value : value;
  }
  // As in HTML: `Tom &amp; Jerry&#x27;s`.
  if (/&\S+;/.test(own.name))
    own.name = new DOMParser().parseFromString(own.name, 'text/html').body.textContent;
  // The key of a cart line is its variant's id, a colon and a hash.
  own.variant_id = own.variant_id?.split(':')[0];
  // Some themes put the variant's id in the place of the merchant's stock keeping unit.
  if (own.sku === own.variant_id) delete own.sku;
  return own;
};
