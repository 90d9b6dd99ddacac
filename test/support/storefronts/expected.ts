import { CART_TOKEN, CHECKOUT_TOKEN, ORDER_SEQ, SHIPPING } from './cart.ts';
import { ITEMS, type Item, LARGE, LIST, PRODUCT, SHOWN, SMALL, sum, TEA, type Variant } from './catalogue.ts';
import { SEEN_SLIDE } from './page.ts';
import { described, known, priced, type Reported } from './reported.ts';
import { CHECKOUT, THANKS } from './shopline.ts';

const GOODS = sum([SMALL.price, SMALL.price]);
const TOTAL = sum([GOODS, SHIPPING]);
const CART = { cart_id: CART_TOKEN };

const listed = (item: Item, index: number) => ({
  ...described(item),
  position: index + 1,
});

/** What differs between kinds of shops: which source reports, on which page, and what it knows. */
export interface Platform {
  checkout?: string;
  thanks?: string;
  hasLists?: boolean;
  /** The one view of the product. */
  viewed: object;
  /** So many in an addition or a removal. */
  added?: (variant: Variant, quantity: number) => object;
  removed?: (variant: Variant, quantity: number) => object;
  cart?: object;
  started?: object;
  paid?: object;
  order?: object;
}

/** As SHOPLINE's cart and bus report it, without the order of a page's JSON-LD. */
const SHOPLINE = {
  checkout: CHECKOUT,
  thanks: THANKS,
  hasLists: true,
  added: (variant: Variant, quantity: number) => ({
    ...known(variant, quantity),
    ...CART,
  }),
  removed: (variant: Variant, quantity: number) => ({
    ...known(variant, quantity),
    ...CART,
  }),
  cart: { value: GOODS, currency: SHOWN, products: [known(SMALL, 2)], ...CART },
  started: {
    total: GOODS,
    value: GOODS,
    currency: SHOWN,
    products: [known(SMALL, 2)],
    ...CART,
    checkout_id: CHECKOUT_TOKEN,
  },
  paid: {
    total: TOTAL,
    value: TOTAL,
    currency: SHOWN,
    products: [{ product_id: TEA.id, quantity: 2, currency: SHOWN }],
    ...CART,
    checkout_id: CHECKOUT_TOKEN,
  },
  order: {
    order_id: ORDER_SEQ,
    total: TOTAL,
    value: TOTAL,
    currency: SHOWN,
    products: [known(SMALL, 2)],
    ...CART,
  },
};

/** The order as the JSON-LD of a thank-you page describes it. */
export const DESCRIBED_ORDER = {
  order_id: ORDER_SEQ,
  total: TOTAL,
  value: TOTAL,
  currency: SHOWN,
  products: [{ ...described(TEA), quantity: 2, ...priced(SMALL, 2) }],
};

/**
 * What `visit` is, whatever shop it is made in, as it happened: a list and a search, one product looked at though two
 * variants were chosen, two adds and a removal, one checkout, one order, whose page is seen three times. Nothing of the
 * first page, which was left before the visitor had chosen.
 */
export function visited(platform: Platform): Reported[] {
  const { checkout, thanks, hasLists, viewed, added, removed, cart, started, paid, order } = {
    ...SHOPLINE,
    ...platform,
  };
  const list = (path: string, items: Item[]): Reported[] =>
    hasLists ? [[path, 'Product List Viewed', { products: items.map(listed) }]] : [];
  return [
    ['/', 'page', {}],
    ['/', 'Promotion Viewed', { promotion_id: SEEN_SLIDE }],
    [LIST, 'page', {}],
    ...list(LIST, ITEMS),
    ['/search', 'page', {}],
    ...list('/search', [TEA]),
    ['/search', 'Products Searched', { query: 'oolong tea' }],
    [PRODUCT, 'page', {}],
    [PRODUCT, 'Product Viewed', viewed],
    [PRODUCT, 'Product Added', added(LARGE, 1)],
    [PRODUCT, 'Product Added', added(SMALL, 2)],
    [PRODUCT, 'Product Removed', removed(LARGE, 1)],
    ['/cart', 'page', {}],
    ['/cart', 'Cart Viewed', cart],
    [checkout, 'page', {}],
    [checkout, 'Checkout Started', started],
    [checkout, 'Payment Info Entered', paid],
    [thanks, 'page', {}],
    [thanks, 'Order Completed', order],
    [thanks, 'page', {}],
    [thanks, 'page', {}],
  ];
}

/** The goods and the whole order, where a shop's own markup has the sums alone. */
export const SUMS = {
  goods: { value: GOODS, currency: SHOWN },
  whole: { value: TOTAL, currency: SHOWN },
};
