import type { Properties } from '../api.ts';
import { normalize } from '../normalize.ts';
import type { Thing } from '../thing.ts';
import { read } from './read.ts';

/** GA4's names, and those gtag.js had before it. */
const ITEM =
  'product_id:item_id:id sku:item_sku name:item_name brand:item_brand variant:item_variant price quantity discount coupon position:index:list_position';
const CATEGORIES = 'category:item_category item_category2 item_category3 item_category4 item_category5';
/** Of one item, or once of all of them. */
export const SHARED = 'currency list_id:item_list_id list_name:item_list_name';

/**
 * One item of GA4 as a product. `price` is what one unit costs after `discount`, which is per unit as well: Google
 * Analytics does not take one from the other, so neither do we. Its categories become one path, `Tea/Oolong`.
 *
 * @param around where parameters for all items stand, unless the product lies there among others.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/apply-discount (read 2026-11-27)
 */
export const toProduct = (item: Thing, ...around: Thing[]): Properties => {
  const category = Object.values(read(CATEGORIES, item)).join('/');
  return normalize({ ...read(ITEM, item), ...(category && { category }), ...read(SHARED, item, ...around) });
};
