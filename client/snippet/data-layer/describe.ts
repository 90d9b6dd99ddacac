import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';
import { SHARED, toList, toProduct } from './items.ts';
import { read } from './read.ts';

/** `value` is the cost of the items without shipping and tax; `coupon` is that of the order. */
const WHOLE =
  'order_id:transaction_id value revenue tax shipping discount coupon affiliation payment_method:payment_type shipping_method:shipping_tier query:search_term step';
const PROMOTION = 'promotion_id:id name:promotion_name creative:creative_name position:creative_slot';

/** This many complete items fit into one message. GA4 accepts 200; a shortened order is better than none. */
const MAX_ITEMS = 50;

/**
 * The properties of each report that an event yields, their values as text.
 *
 * @param event its name here.
 * @param around the objects that may hold its parameters.
 */
export const describe = (event: string, given: Thing, around: Thing[]): Properties[] => {
  const items = toList(given).slice(0, MAX_ITEMS).filter(Boolean);
  if (/^Promo/.test(event)) {
    const promotions = items.filter((item) => item.promotion_id || item.promotion_name);
    return (promotions[0] ? promotions : [{}]).map((item) => read(PROMOTION, item, ...around));
  }
  const isEach = /^Product (?!List)/.test(event);
  const products = items
    .map((item) => toProduct(item, ...(isEach ? around : [])))
    // GA4 requires an id or a name.
    .filter((product) => product.product_id || product.name);
  if (isEach) return products;

  const whole = read(WHOLE, ...around);
  const { currency, list_id, list_name } = read(SHARED, ...around, items[0]);
  const more = products[0] && { products };
  if (/^Products/.test(event)) return [{ query: whole.query }];
  if (/^Product/.test(event)) return [{ list_id, category: list_name, ...more }];
  return [{ ...whole, currency, ...more }];
};
