import type { Properties } from '../api.ts';
import { normalizePlain } from '../normalize.ts';
import { list, type Reading } from './message.ts';
import type { Thing } from './sandbox.ts';
import type { Events, ReadPerson } from './start.ts';

/** Our property name, then SHOPLINE's, in an event's data and in the lines of its list. */
const NAMES: Record<string, string> = {
  product_id: 'spuId',
  variant_id: 'skuId',
  sku: 'skuItemNo',
  name: 'title',
  variant: 'variant',
  category: 'category',
  price: 'price',
  quantity: 'quantity',
  value: 'value',
  currency: 'currency',
  list_id: 'collectionId',
  query: 'keyword',
  cart_id: 'cartId',
  payment_method: 'paymentType',
  order_id: 'orderSeq',
  order_number: 'appOrderSeq',
  total: 'total',
  subtotal: 'productPrice',
  shipping: 'shippingAmount',
  tax: 'taxAmount',
  coupon: 'coupon',
  method: 'method',
};

const translate = (data: Thing): Properties => {
  const properties: Properties = {};
  for (const name in NAMES) properties[name] = data[NAMES[name] as string];
  return normalizePlain(properties);
};

const track =
  (event: string, more?: Properties) =>
  (data: Thing): Reading[] => [
    ['track', event, { ...translate(data), products: data.list && list(data.list).map(translate), ...more }],
  ];

/** One report per line: several products may be added at once. `value` of the event is their sum. */
const trackEach =
  (event: string) =>
  ({ value, ...data }: Thing): Reading[] =>
    list(data.list).map((line) => ['track', event, translate({ ...data, ...line })]);

const trackPerson =
  (event: string) =>
  (data: Thing): Reading[] => {
    const { userId, ...traits } = readPerson(data);
    return userId || traits.email || traits.phone
      ? [...track(event)(data), ['identify', undefined, undefined, traits]]
      : track(event)(data);
  };

/**
 * SHOPLINE's fifteen events, by subscription name. In the published types, two of them have the name `login` of a
 * third. Amounts are assumed to be in major units; the documentation does not specify it.
 *
 * @see npm @shoplineos/shopline-pixels-extension 0.1.0, `PixelEvents` (read 2026-11-27)
 */
export const EVENTS: Events = {
  page_viewed: () => [['page']],
  product_viewed: track('Product Viewed'),
  collection_viewed: (data) => track('Product List Viewed', { category: data.collectionName })(data),
  // The results page reports the same search again, with its results.
  search_submitted: track('Search Submitted'),
  search_view_results: track('Products Searched'),
  product_added_to_cart: trackEach('Product Added'),
  product_removed_from_cart: trackEach('Product Removed'),
  cart_viewed: track('Cart Viewed'),
  checkout_started: track('Checkout Started'),
  checkout_contact_info_submitted: track('Checkout Step Completed', { step: 1, step_name: 'contact' }),
  payment_info_submitted: track('Payment Info Entered'),
  checkout_completed: ({ value: total, ...data }) => track('Order Completed')({ ...data, total }),
  lead: trackPerson('Lead Submitted'),
  login: trackPerson('Signed In'),
  registration_completed: trackPerson('Signed Up'),
};

export const readPerson: ReadPerson = ({ shippingAddress, ...data }) => ({
  userId: data.customer_id || data.user_id,
  email: data.email || data.login_em,
  phone: data.phone || shippingAddress?.phone,
  address: shippingAddress,
});
