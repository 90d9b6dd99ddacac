import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';
import { read } from './read.ts';

/** GA4's names and those of earlier gtag.js. */
const ITEM =
  'product_id:item_id:id sku:item_sku name:item_name brand:item_brand variant:item_variant price quantity discount coupon position:index:list_position';
const CATEGORIES = 'category:item_category item_category2 item_category3 item_category4 item_category5';
/** On each item, or once on the event. */
export const SHARED = 'currency list_id:item_list_id list_name:item_list_name:list';

/** What a shop pushes as JSON text. Undefined for any other text. */
export const unpack = (value: Thing): Thing => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {}
};

/** Items as a list: they may be one, its JSON text, a map by index or id, or a single item. */
export const toList = (value: Thing): Thing[] => {
  const items = Object(unpack(value));
  if (Array.isArray(items)) return items;
  const found = Object.values<Thing>(items);
  return found.every((item) => item === Object(item)) ? found : [items];
};

/**
 * A GA4 item as a product. `price` is the unit price after `discount`, which is per unit too: Google Analytics does not
 * subtract it, and neither does this. Categories become one path: `Tea/Oolong`.
 *
 * @param around objects with parameters that apply to every item.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/apply-discount (read 2026-11-27)
 */
export const toProduct = (item: Thing, ...around: Thing[]): Properties => {
  const category = Object.values(read(CATEGORIES, item)).join('/');
  return { ...read(ITEM, item), ...(category && { category }), ...read(SHARED, item, ...around) };
};
