import { z } from 'zod';
import type { EventName } from './names.ts';

/** Optional in Segment's way: a field may be missing, or sent as null, which is read as missing. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

const Text = z.string().max(8192);
/** Ids are text end to end: SHOPLINE's exceed 2^53. A number is taken while JSON still held it exactly. */
const Id = z.union([
  z.string().max(512),
  z.int('an id of more than 53 bits must be sent as text').transform((id) => String(id)),
]);
/** Money in major units of `currency` (12.5, not 1250). */
const Amount = z.number();
const Quantity = z.number().nonnegative();
const Currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'ISO 4217 code, for example TWD')
  .transform((code) => code.toUpperCase());

/** One product line. `price` is for one unit. Extra properties pass through. */
const productShape = {
  product_id: optional(Id),
  sku: optional(Id),
  category: optional(Text),
  name: optional(Text),
  brand: optional(Text),
  variant: optional(Text),
  price: optional(Amount),
  quantity: optional(Quantity),
  coupon: optional(Text),
  position: optional(z.number()),
  url: optional(Text),
  image_url: optional(Text),
};
export const Product = z.looseObject(productShape);
export type Product = z.infer<typeof Product>;

const products = optional(z.array(Product).max(1000));
const money = { currency: optional(Currency), value: optional(Amount) };

/** One order. `total` is what the buyer pays; `revenue` leaves out shipping and tax. */
const orderShape = {
  order_id: optional(Id),
  checkout_id: optional(Id),
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
export const Order = z.looseObject(orderShape);
export type Order = z.infer<typeof Order>;

const product = z.looseObject({ ...productShape, ...money });
const cartLine = z.looseObject({ ...productShape, ...money, cart_id: optional(Id) });
const promotion = z.looseObject({
  promotion_id: optional(Id),
  creative: optional(Text),
  name: optional(Text),
  position: optional(z.union([Text, z.number()])),
});
const list = { list_id: optional(Id), category: optional(Text), products };
const choice = z.looseObject({
  type: optional(Text),
  value: optional(z.union([Text, z.number(), z.boolean()])),
});
const step = {
  checkout_id: optional(Id),
  step: optional(z.int()),
  shipping_method: optional(Text),
  payment_method: optional(Text),
};
const coupon = { order_id: optional(Id), cart_id: optional(Id), coupon_id: optional(Id) };
const couponNamed = { ...coupon, coupon_name: optional(Text) };
const couponDiscount = z.looseObject({ ...couponNamed, discount: optional(Amount) });
const wish = { ...productShape, ...money, wishlist_id: optional(Id), wishlist_name: optional(Text) };
const share = { share_via: optional(Text), share_message: optional(Text), recipient: optional(Text) };

/**
 * What each ecommerce semantic event may carry: types are checked where the contract knows a property, everything
 * else passes through. Customer.io marks every property optional, so a missing one is never an error.
 */
export const COMMERCE_PROPERTIES = {
  'Products Searched': z.looseObject({
    query: optional(z.union([Text, z.record(z.string(), z.unknown())])),
    products,
  }),
  'Product List Viewed': z.looseObject(list),
  'Product List Filtered': z.looseObject({
    ...list,
    filters: optional(z.array(choice)),
    sorts: optional(z.array(choice)),
  }),
  'Promotion Viewed': promotion,
  'Promotion Clicked': promotion,
  'Product Clicked': product,
  'Product Viewed': product,
  'Product Added': cartLine,
  'Product Removed': cartLine,
  'Cart Viewed': z.looseObject({ ...money, cart_id: optional(Id), products }),
  'Checkout Started': Order,
  'Checkout Step Viewed': z.looseObject(step),
  'Checkout Step Completed': z.looseObject(step),
  'Payment Info Entered': z.looseObject({ ...step, ...money, order_id: optional(Id), products }),
  'Order Completed': Order,
  'Order Updated': Order,
  'Order Refunded': Order,
  'Order Cancelled': Order,
  'Coupon Entered': z.looseObject(coupon),
  'Coupon Applied': couponDiscount,
  'Coupon Denied': z.looseObject({ ...couponNamed, reason: optional(Text) }),
  'Coupon Removed': couponDiscount,
  'Product Added to Wishlist': z.looseObject(wish),
  'Product Removed from Wishlist': z.looseObject(wish),
  'Wishlist Product Added to Cart': z.looseObject({ ...wish, cart_id: optional(Id) }),
  'Product Shared': z.looseObject({ ...productShape, ...share }),
  'Cart Shared': z.looseObject({ ...share, cart_id: optional(Id), products }),
  'Product Reviewed': z.looseObject({
    product_id: optional(Id),
    review_id: optional(Id),
    review_body: optional(Text),
    rating: optional(z.union([z.number(), Text])),
  }),
} satisfies Record<EventName, z.ZodType>;
