import type { Storefront } from '../storefront.ts';
import { CART_COOKIE, type Cart, CHECKOUT_TOKEN, ORDER_SEQ, openCart } from './cart.ts';
import { ITEMS, LIST, PRODUCT, STORE, TEA } from './catalogue.ts';
import { earlierOrdersLd, jsonLd, listLd, orderLd, otherListsLd, PRODUCT_LD, reviewsLd } from './json-ld.ts';
import { cartBody, checkoutBody, listBody, page, productBody, SLIDES } from './page.ts';
import { serveCart } from './shopline-requests.ts';
import { PAY } from './shopline-scripts.ts';

export const ACCOUNT = '/user/orders';
export const CHECKOUT = `/${STORE.id}/checkouts/${CHECKOUT_TOKEN}`;
export const THANKS = '/trade/thank_you';
const THANKS_ADDRESS = `${THANKS}?mainOrderMark=4f1b&mainOrderSeq=${ORDER_SEQ}`;

/** A theme, as merchants choose one: what it puts on its pages, and what its controls do. */
export interface Theme {
  /** The head of a page with this `Shopline.uri.alias`, the snippet included. */
  head(alias: string, cart: Cart): string;
  /** Scripts, each an object as the controls want it. */
  product: string;
  cart: string;
  /** How pages describe a product in JSON-LD; undefined where there is none at all. */
  productLd: keyof typeof PRODUCT_LD | undefined;
  /** What the platform says in the checkout and after it, where no theme has a say. */
  checkout(cart: Cart): string;
  thanks(cart: Cart): string;
}

/** Opens a shop on SHOPLINE with this theme. @returns the cart its server keeps. */
export function openShopline(shop: Storefront, theme: Theme): Cart {
  const cart = openCart();
  const { productLd } = theme;
  const ld = (...data: object[]) => (productLd ? [...data, ...otherListsLd()].map(jsonLd).join('') : '');
  const put = (path: string, alias: string, parts: () => { body: string; script?: string }) =>
    shop.route('GET', path, () => {
      const { body, script } = parts();
      const head = theme.head(alias, cart);
      const headers = { ...CART_COOKIE, 'Cache-Control': 'no-store' };
      return {
        headers,
        body: page({
          title: 'Dewleaf Teas',
          head,
          body,
          ...(script && { theme: script }),
        }),
      };
    });

  serveCart(shop, cart);
  put('/', 'Home', () => ({
    body: ld({ '@type': 'WebSite', name: 'Dewleaf Teas', url: '/' }) + SLIDES,
  }));
  put(ACCOUNT, 'UserOrders', () => ({ body: ld(...earlierOrdersLd()) }));
  put(LIST, 'Products', () => ({ body: ld(listLd(ITEMS)) + listBody() }));
  put('/search', 'ProductsSearch', () => ({
    body: ld(listLd([TEA])) + listBody(),
  }));
  put(PRODUCT, 'ProductsDetail', () => ({
    body: (productLd ? ld(PRODUCT_LD[productLd](TEA), reviewsLd(TEA)) : '') + productBody(),
    script: theme.product,
  }));
  put('/cart', 'Cart', () => ({ body: cartBody, script: theme.cart }));
  put(CHECKOUT, 'Checkout', () => ({
    body: checkoutBody(),
    script: theme.checkout(cart),
  }));
  put(THANKS, 'Thankyou', () => ({
    body: ld(orderLd(cart, ORDER_SEQ)),
    script: theme.thanks(cart),
  }));

  shop.route('POST', PAY, () => {
    // An order has no checkout any more: who goes back there is shown the order.
    shop.route('GET', CHECKOUT, () => ({
      status: 302,
      headers: { Location: THANKS_ADDRESS },
    }));
    return { body: { redirect: THANKS_ADDRESS } };
  });
  return cart;
}
