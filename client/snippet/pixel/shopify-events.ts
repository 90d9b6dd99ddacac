import type { Properties } from '../api.ts';
import { list, type Reading } from './message.ts';
import { sandbox, type Thing } from './sandbox.ts';
import type { Events, ReadPerson } from './start.ts';

/** Our property name, then its path in a Shopify variant. The variant's id is used when `sku` is empty. */
const VARIANT = {
  product_id: 'product.id',
  variant_id: 'id',
  sku: 'sku',
  name: 'product.title',
  brand: 'product.vendor',
  category: 'product.type',
  variant: 'title',
  price: 'price.amount',
  currency: 'price.currencyCode',
};
/** The same for a line, cart, collection, search or checkout. */
const PATHS = {
  quantity: 'quantity',
  query: 'query',
  order_id: 'order.id',
  checkout_id: 'token',
  total: 'totalPrice.amount',
  shipping: 'shippingLine.price.amount',
  tax: 'totalTax.amount',
  discount: 'discountsAmount.amount',
  currency: 'currencyCode',
};

/** The same for the cost of a cart or line, after discounts. */
const COST = { value: 'amount', currency: 'currencyCode' };

/** Properties that have a value. Amounts are converted to numbers, global ids (`gid://shopify/Order/5210`) to their last part. */
const find = (thing: Thing, paths: Record<string, string>): Properties => {
  const properties: Properties = {};
  for (const name in paths) {
    const path = paths[name] as string;
    const found = path.split('.').reduce((part, step) => part?.[step], thing);
    if (found || found === 0)
      properties[name] = /amount/.test(path) ? +found : found.replace?.(/^gid:.*\//, '') || found;
  }
  return properties;
};

const translate = (thing: Thing): Properties => {
  const { id, lines, productVariants: shelf, lineItems = lines || shelf, finalLinePrice } = thing;
  const variant = thing.merchandise || thing.variant || thing;
  const cost: Thing = find(finalLinePrice || thing.cost?.totalAmount, COST);
  // Only a line has one, and its units may have discounts. NaN or infinite without a quantity or a readable price.
  const each = cost.value / (finalLinePrice && thing.quantity);
  return {
    // A custom line of a checkout has no variant.
    name: thing.quantity && thing.title,
    category: shelf && thing.title,
    list_id: shelf && id,
    cart_id: lines && id,
    ...(variant.product && { sku: variant.id, ...find(variant, VARIANT) }),
    ...cost,
    ...find(thing, PATHS),
    ...(each < Infinity && { price: +each.toFixed(6) }),
    products: lineItems && list(lineItems).map(translate),
    coupon: list(thing.discountApplications).find((item) => item.type === 'DISCOUNT_CODE')?.title,
  };
};

const track =
  (event: string, where = 'checkout', more?: Properties) =>
  (data: Thing): Reading[] =>
    list(data[where]).map((thing) => ['track', event, { ...translate(thing), ...more }]);
const trackStep = (step: number, step_name: string) =>
  track('Checkout Step Completed', 'checkout', { step, step_name });

/**
 * Shopify's standard events, by subscription name, without `alert_displayed` and `ui_extension_errored`, which no
 * visitor triggers. Amounts are in major units.
 *
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-events (read 2026-11-27)
 * @see npm @shopify/web-pixels-extension 2.18.0, `PixelEvents` (read 2026-11-27)
 */
export const EVENTS: Events = {
  page_viewed: () => [['page']],
  product_viewed: track('Product Viewed', 'productVariant'),
  collection_viewed: track('Product List Viewed', 'collection'),
  search_submitted: track('Products Searched', 'searchResult'),
  product_added_to_cart: track('Product Added', 'cartLine'),
  product_removed_from_cart: track('Product Removed', 'cartLine'),
  cart_viewed: track('Cart Viewed', 'cart'),
  checkout_started: track('Checkout Started'),
  checkout_contact_info_submitted: trackStep(1, 'contact'),
  checkout_address_info_submitted: trackStep(2, 'address'),
  checkout_shipping_info_submitted: trackStep(3, 'shipping'),
  payment_info_submitted: track('Payment Info Entered'),
  checkout_completed: track('Order Completed'),
};

export const readPerson: ReadPerson = ({ checkout }) => {
  const customer = sandbox.init?.data?.customer;
  const { email, phone } = checkout || customer || {};
  return { userId: checkout?.order?.customer?.id || customer?.id, email, phone };
};
