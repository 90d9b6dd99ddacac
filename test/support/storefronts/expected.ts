import { CART_TOKEN, CHECKOUT_TOKEN, ORDER_SEQ, SHIPPING } from './cart.ts';
import { CUP, LARGE, LIST, PRODUCT, SHOWN, SMALL, sum, TEA, type Variant } from './catalogue.ts';
import { about, line, listed, many, maybe, priced, type Reported } from './reported.ts';
import { ACCOUNT, CHECKOUT, THANKS } from './shopline.ts';

const GOODS = sum([SMALL.price, SMALL.price]);
const TOTAL = sum([GOODS, SHIPPING]);

/** Differences of one kind of shop: on which page it reports, and what it cannot report. */
export interface Platform {
  checkout?: string;
  thanks?: string;
  /** The cart's and the checkout's token, where there are such. */
  cartId?: string | undefined;
  checkoutId?: string | undefined;
  /** Whether additions name the product alone, without its variant. */
  addsProducts?: boolean;
  /** Whether what is taken out of the cart can be counted. */
  countsRemovals?: boolean;
}

/** Where SHOPLINE has its pages, and the tokens on them. */
const SHOPLINE = {
  checkout: CHECKOUT,
  thanks: THANKS,
  cartId: CART_TOKEN,
  checkoutId: CHECKOUT_TOKEN,
  countsRemovals: true,
};

/** The pages of `visit`, as they were seen. */
export const pages = ({ checkout = CHECKOUT, thanks = THANKS }: Platform = {}) => [
  ...[ACCOUNT, '/', LIST, '/search', PRODUCT, '/cart', checkout],
  ...[thanks, thanks, thanks],
];

/**
 * What `visit` is, whatever shop it is made in: a list and a search, one product looked at though two variants were
 * chosen, two adds and a removal, one checkout, one order.
 */
export function events(platform: Platform = {}): Reported[] {
  const { addsProducts, checkout, thanks, cartId, checkoutId, countsRemovals } = { ...SHOPLINE, ...platform };
  const known = { ...line(SMALL, 2), ...priced(SMALL, 2) };
  const cart = { ...(cartId && { cart_id: cartId }) };
  // On SHOPLINE every source of these reports the variant's id.
  const ofVariant = ({ sku }: Variant) => (cartId ? { variant_id: sku } : {});
  const ofAdded = (variant: Variant) => (addsProducts ? { variant_id: undefined } : ofVariant(variant));
  const started = { ...cart, ...(checkoutId && { checkout_id: checkoutId }) };
  const afterwards = { ...cart, checkout_id: maybe(checkoutId) };
  // A shop's own markup has the sums alone.
  const goods = { value: GOODS, currency: SHOWN, ...(cartId && { products: [known] }) };
  return [
    ['/search', 'Products Searched', { query: 'oolong tea', products: maybe([listed(TEA)]) }],
    [LIST, 'Product List Viewed', { products: [listed(TEA), listed(CUP)] }],
    ['/search', 'Product List Viewed', { products: [listed(TEA)] }],
    [PRODUCT, 'Product Viewed', about(SMALL, maybe(1))],
    [PRODUCT, 'Product Added', { ...many(LARGE, 1), ...ofAdded(LARGE), ...cart }],
    [PRODUCT, 'Product Added', { ...many(SMALL, 2), ...ofAdded(SMALL), ...cart }],
    [
      PRODUCT,
      'Product Removed',
      { ...about(LARGE, countsRemovals ? 1 : maybe(1)), ...ofVariant(LARGE), ...cart },
    ],
    ['/cart', 'Cart Viewed', { ...cart, ...goods }],
    [checkout, 'Checkout Started', { ...started, ...goods, total: maybe(GOODS) }],
    [
      checkout,
      'Payment Info Entered',
      {
        ...afterwards,
        value: TOTAL,
        total: maybe(TOTAL),
        currency: SHOWN,
        products: maybe([line(SMALL, 2)]),
      },
    ],
    [
      thanks,
      'Order Completed',
      {
        ...afterwards,
        // A page left before SHOPLINE's file has loaded reports the order without it.
        cart_id: maybe(cartId),
        order_id: ORDER_SEQ,
        total: TOTAL,
        value: maybe(TOTAL),
        currency: SHOWN,
        products: [known],
      },
    ],
  ];
}
