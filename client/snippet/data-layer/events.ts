import type { Properties } from '../api.ts';
import { normalize } from '../normalize.ts';
import { list, type Thing } from '../thing.ts';
import { SHARED, toProduct } from './items.ts';
import { read } from './read.ts';

/**
 * GA4's ecommerce events and their names here.
 *
 * @see https://developers.google.com/analytics/devguides/collection/ga4/reference/events (read 2026-11-27)
 */
const EVENTS: Record<string, string> = {
  view_item_list: 'Product List Viewed',
  view_item: 'Product Viewed',
  select_item: 'Product Clicked',
  add_to_cart: 'Product Added',
  remove_from_cart: 'Product Removed',
  view_cart: 'Cart Viewed',
  begin_checkout: 'Checkout Started',
  add_shipping_info: 'Checkout Step Completed',
  add_payment_info: 'Payment Info Entered',
  purchase: 'Order Completed',
  refund: 'Order Refunded',
  search: 'Products Searched',
  view_search_results: 'Products Searched',
  view_promotion: 'Promotion Viewed',
  select_promotion: 'Promotion Clicked',
  add_to_wishlist: 'Product Added to Wishlist',
};

/** `value` is the cost of the items without shipping and tax; `coupon` is that of the order. */
const WHOLE =
  'order_id:transaction_id value tax shipping discount coupon affiliation payment_method:payment_type shipping_method:shipping_tier query:search_term';
const PROMOTION = 'promotion_id name:promotion_name creative:creative_name position:creative_slot';

/** This many complete items fit into one message. GA4 accepts 200; a shortened order is better than none. */
const MAX_ITEMS = 50;

/** Events addressed to Google Ads, Floodlight or Universal Analytics only: GA4 gets the same event separately. */
const ELSEWHERE = /^(?!.*\bGT?-)(AW|DC|UA)-/;

/** The properties of each report that an event yields. `around`: the objects that may hold its parameters. */
const describe = (event: string, items: Thing[], around: Thing[]): Properties[] => {
  if (/^Promo/.test(event)) {
    const promotions = items.filter(({ promotion_id, promotion_name }) => promotion_id || promotion_name);
    return (promotions[0] ? promotions : [{}]).map((item) => read(PROMOTION, item, ...around));
  }
  const isEach = /^Product (?!List)/.test(event);
  const products = items
    .map((item) => toProduct(item, ...(isEach ? around : [])))
    // GA4 requires an id or a name.
    .filter(({ product_id, name }) => product_id || name);
  if (isEach) return products;

  const whole = normalize(read(WHOLE, ...around));
  const { currency, list_id, list_name } = read(SHARED, ...around, items[0]);
  const more = products[0] && { products };
  if (/^Products/.test(event)) return [{ query: whole.query }];
  if (/^Product/.test(event)) return [{ list_id, category: list_name, ...more }];
  // Without an id, each reload would count as another order.
  return /^Order/.test(event) && !whole.order_id ? [] : [{ ...whole, currency, ...more }];
};

/** `isCall`: reported by a call to `gtag`. */
export type Reported = [isCall: boolean, event: string, properties: Properties];

/**
 * The reports of one data layer entry: an object pushed for Google Tag Manager, or the arguments of a `gtag` call. Empty
 * for most entries.
 */
export const translate = (entry: Thing): Reported[] => {
  const isCall = entry?.[0] === 'event';
  const event = EVENTS[isCall ? entry[1] : entry?.event];
  const parameters = isCall ? entry[2] : entry;
  // Other types are properties that every object inherits.
  if (typeof event !== 'string' || ELSEWHERE.test(parameters?.send_to)) return [];
  const around = [parameters?.ecommerce, parameters];
  const items = list(around.map((thing) => thing?.items).find(Boolean)).slice(0, MAX_ITEMS);
  return describe(event, items.filter(Boolean), around).map((properties) => [isCall, event, properties]);
};
