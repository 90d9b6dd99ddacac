/**
 * The commerce events, exact and case-sensitive, in the order of a purchase.
 * @see Segment's ecommerce spec v2; Customer.io accepts the same names.
 */
export const EVENT_NAMES = [
  'Products Searched',
  'Product List Viewed',
  'Product List Filtered',
  'Promotion Viewed',
  'Promotion Clicked',
  'Product Clicked',
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Cart Viewed',
  'Checkout Started',
  'Checkout Step Viewed',
  'Checkout Step Completed',
  'Payment Info Entered',
  'Order Completed',
  'Order Updated',
  'Order Refunded',
  'Order Cancelled',
  'Coupon Entered',
  'Coupon Applied',
  'Coupon Denied',
  'Coupon Removed',
  'Product Added to Wishlist',
  'Product Removed from Wishlist',
  'Wishlist Product Added to Cart',
  'Product Shared',
  'Cart Shared',
  'Product Reviewed',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export const MESSAGE_TYPES = ['track', 'page', 'identify', 'screen', 'group', 'alias'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Cookies shared by the snippet and the collector. Scripts of the shop's domain can read them. */
export const COOKIES = {
  anonymousId: '_sb_id',
  session: '_sb_s',
  ttclidAt: '_sb_tt',
} as const;

/** Limits of one request to the collector; bytes are counted after decompression. */
export const LIMITS = { messageBytes: 32 * 1024, requestBytes: 500 * 1024, messages: 1_000 } as const;

/** Files that the snippet loads by itself, each only where the tag or the page needs it. */
export const PLUGINS = [
  'cart-attributes',
  'cart-denial',
  'consent-tools',
  'data-layer',
  'debug',
  'debug-differences',
  'debug-links',
  'ecommerce',
  'forms',
  'json-ld',
  'links',
  'markup',
  'pixel-tiktok',
  'precedence',
  'repair',
  'shopline',
  'shopline-cart',
] as const;
/** Files that run in a platform's pixel sandbox, in place of the snippet. */
export const PIXELS = ['pixel-shopify', 'pixel-shopline'] as const;
