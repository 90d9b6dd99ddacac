import { z } from 'zod';
import {
  Address,
  Amount,
  Currency,
  Id,
  listUpToMax,
  Position,
  Quantity,
  Scalar,
  Text,
  TextOrNumber,
  TextOrObject,
  Whole,
} from './kinds.ts';
import type { EventName } from './names.ts';

/** Optional as in Segment's spec: absent or null; `known` turns null into absent. */
export const optional = <T extends z.ZodType>(schema: T) => schema.nullish();

type WithoutNull<T> = { [Key in keyof T]: Exclude<T[Key], null> };

/** An object with known fields, in which null becomes undefined. Unknown fields pass through. */
export const known = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const keys = Object.keys(shape);
  return z.looseObject(shape).transform((sent) => {
    const object: Record<string, unknown> = sent;
    for (const key of keys) if (object[key] === null) object[key] = undefined;
    return sent as WithoutNull<typeof sent>;
  });
};

/** One product line. `price` is for one unit. Extra properties pass through. */
const productShape = {
  product_id: optional(Id),
  variant_id: optional(Id),
  sku: optional(Id),
  category: optional(Text),
  name: optional(Text),
  brand: optional(Text),
  variant: optional(Text),
  price: optional(Amount),
  quantity: optional(Quantity),
  coupon: optional(Text),
  position: optional(Position),
  url: optional(Address),
  image_url: optional(Address),
};
export const Product = known(productShape);
export type Product = z.infer<typeof Product>;

const products = optional(listUpToMax(Product));
const money = { currency: optional(Currency), value: optional(Amount) };

/** What is one line of an order, cart or payment may stand in its properties in place of a list. */
const { coupon: _, ...oneLine } = productShape;

/** One order. `total` is what the buyer pays; `revenue` excludes shipping and tax. */
const orderShape = {
  ...oneLine,
  order_id: optional(Id),
  /** Other names of the order, its checkout and its cart. */
  order_number: optional(Id),
  order_seq: optional(Id),
  order_mark: optional(Id),
  order_status_url: optional(Address),
  checkout_id: optional(Id),
  checkout_token: optional(Id),
  cart_id: optional(Id),
  cart_token: optional(Id),
  refund_id: optional(Id),
  affiliation: optional(Text),
  total: optional(Amount),
  subtotal: optional(Amount),
  revenue: optional(Amount),
  shipping: optional(Amount),
  tax: optional(Amount),
  discount: optional(Amount),
  coupon: optional(Text),
  ...money,
  products,
};
export const Order = known(orderShape);
export type Order = z.infer<typeof Order>;

const product = known({ ...productShape, ...money });
const cartLine = known({ ...productShape, ...money, cart_id: optional(Id) });
const promotion = known({
  promotion_id: optional(Id),
  creative: optional(Text),
  name: optional(Text),
  position: optional(TextOrNumber),
});
const list = { list_id: optional(Id), category: optional(Text), products };
const choice = known({
  type: optional(Text),
  value: optional(Scalar),
});
const step = {
  checkout_id: optional(Id),
  step: optional(Whole),
  shipping_method: optional(Text),
  payment_method: optional(Text),
};
const coupon = { order_id: optional(Id), cart_id: optional(Id), coupon_id: optional(Id) };
const couponNamed = { ...coupon, coupon_name: optional(Text) };
const couponDiscount = known({ ...couponNamed, discount: optional(Amount) });
const wish = { ...productShape, ...money, wishlist_id: optional(Id), wishlist_name: optional(Text) };
const share = { share_via: optional(Text), share_message: optional(Text), recipient: optional(Text) };

/**
 * The properties of each commerce event. Known properties are validated, unknown ones pass through, and none is required:
 * Customer.io's spec marks every property optional.
 */
export const COMMERCE_PROPERTIES = {
  'Products Searched': known({
    query: optional(TextOrObject),
    products,
  }),
  'Product List Viewed': known(list),
  'Product List Filtered': known({
    ...list,
    filters: optional(listUpToMax(choice)),
    sorts: optional(listUpToMax(choice)),
  }),
  'Promotion Viewed': promotion,
  'Promotion Clicked': promotion,
  'Product Clicked': product,
  'Product Viewed': product,
  'Product Added': cartLine,
  'Product Removed': cartLine,
  'Cart Viewed': known({ ...money, cart_id: optional(Id), products }),
  'Checkout Started': Order,
  'Checkout Step Viewed': known(step),
  'Checkout Step Completed': known(step),
  'Payment Info Entered': known({ ...step, ...money, order_id: optional(Id), products }),
  'Order Completed': Order,
  'Order Updated': Order,
  'Order Refunded': Order,
  'Order Cancelled': Order,
  'Coupon Entered': known(coupon),
  'Coupon Applied': couponDiscount,
  'Coupon Denied': known({ ...couponNamed, reason: optional(Text) }),
  'Coupon Removed': couponDiscount,
  'Product Added to Wishlist': known(wish),
  'Product Removed from Wishlist': known(wish),
  'Wishlist Product Added to Cart': known({ ...wish, cart_id: optional(Id) }),
  'Product Shared': known({ ...productShape, ...share }),
  'Cart Shared': known({ ...share, cart_id: optional(Id), products }),
  'Product Reviewed': known({
    product_id: optional(Id),
    review_id: optional(Id),
    review_body: optional(Text),
    rating: optional(TextOrNumber),
  }),
} satisfies Record<EventName, z.ZodType>;
