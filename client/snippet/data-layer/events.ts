import type { Thing } from '../thing.ts';
import { type Reported, readAction } from './actions.ts';
import { describe } from './describe.ts';
import { unpack } from './items.ts';

/**
 * Our event, then its names in GA4, then after a dot the action of Universal Analytics' enhanced ecommerce. Shops still
 * push the latter, under any event name or none: the `ecommerce` object has a field of the action's name.
 *
 * @see https://developers.google.com/analytics/devguides/collection/ga4/reference/events (read 2026-11-27)
 * @see https://developers.google.com/analytics/devguides/collection/ua/gtm/enhanced-ecommerce (read 2026-11-29)
 */
const NAMES: Record<string, string> = {
  'Product List Viewed': 'view_item_list .impressions',
  'Product Viewed': 'view_item .detail',
  'Product Clicked': 'select_item .click',
  'Product Added': 'add_to_cart .add',
  'Product Removed': 'remove_from_cart .remove',
  'Product Added to Wishlist': 'add_to_wishlist',
  'Cart Viewed': 'view_cart',
  'Checkout Started': 'begin_checkout .checkout',
  'Checkout Step Completed': 'add_shipping_info',
  'Payment Info Entered': 'add_payment_info',
  'Order Completed': 'purchase .purchase',
  'Order Refunded': 'refund .refund',
  'Products Searched': 'search view_search_results',
  'Promotion Viewed': 'view_promotion .promoView',
  'Promotion Clicked': 'select_promotion .promoClick',
};
const eventOf = (name: unknown) =>
  Object.keys(NAMES).find((event) => ` ${NAMES[event]} `.includes(` ${name} `));

/** Events addressed to Google Ads, Floodlight or Universal Analytics only: GA4 gets the same event separately. */
const ELSEWHERE = /^(?!.*\bGT?-)(AW|DC|UA)-/;

/** What Tag Manager holds as `ecommerce`, and whether its event is still to come. */
let model: Thing;
let isOpen: unknown;

/**
 * The reports of one data layer entry: an object pushed for Google Tag Manager, or the arguments of a `gtag` call. Empty
 * for most entries. As Tag Manager does, it keeps an `ecommerce` object for the event that is pushed after it.
 */
export const translate = (entry: Thing): Reported[] => {
  const isCall = entry?.[0] === 'event';
  const name = isCall ? entry[1] : entry?.event;
  const parameters = isCall ? entry[2] : entry;
  const event = eventOf(name);
  const own = unpack(parameters?.ecommerce);
  let around = [own, parameters];
  if (!isCall && 'ecommerce' in Object(entry)) {
    model = own && { ...(isOpen ? model : own), ...own };
    isOpen = !name;
    const reported = Object.keys(Object(own)).flatMap((key) =>
      readAction(eventOf(`.${key}`), own[key], model),
    );
    // A shop that changes from Universal Analytics to GA4 pushes both in one object.
    if (reported[0] && !(event && own.items)) return reported;
    around = [model, parameters];
  } else if (event && !isCall && !(entry.items || entry.value || entry.transaction_id)) {
    around = [entry, model];
    isOpen = false;
  }
  if (!event || ELSEWHERE.test(parameters?.send_to)) return [];
  const items = around.map((thing) => thing?.items).find(Boolean);
  return describe(event, items, around).map((properties) => [isCall ? 0 : 1, event, properties]);
};
