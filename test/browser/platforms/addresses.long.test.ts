import { describe } from 'vitest';
import { html, snippet, test } from '../../support/shopper.ts';
import { CART_COOKIE, CART_TOKEN, CHECKOUT_TOKEN, ORDER_SEQ } from '../../support/storefronts/cart.ts';
import { expectReported } from '../../support/storefronts/reported.ts';
import { CHECKOUT } from '../../support/storefronts/shopline.ts';
import { globals } from '../../support/storefronts/shopline-scripts.ts';
import { start } from '../../support/storefronts/visit.ts';

const FOUND = { query: 'oolong tea' };
const CART = { cart_id: CART_TOKEN };
/** The number in these addresses is the checkout's, but not its token. */
const NUMBERED = { ...CART, checkout_id: '2610' };

/** A page with nothing on it but `window.Shopline`, which every page has. */
const silent = (alias: string) => html('', `<script>${globals(alias)}</script>${snippet()}`);

describe('a page that says nothing is known', () => {
  test.for([
    {
      path: '/search?keyword=oolong+tea',
      alias: 'Page',
      event: 'Products Searched',
      properties: FOUND,
    },
    {
      path: '/search?q=oolong+tea',
      alias: 'Page',
      event: 'Products Searched',
      properties: FOUND,
    },
    {
      path: '/en/find?keyword=oolong%20tea',
      alias: 'ProductsSearch',
      event: 'Products Searched',
      properties: FOUND,
    },
    { path: '/cart', alias: 'Page', event: 'Cart Viewed', properties: CART },
    {
      path: '/en/basket',
      alias: 'Cart',
      event: 'Cart Viewed',
      properties: CART,
    },
    {
      path: CHECKOUT,
      alias: 'Page',
      event: 'Checkout Started',
      properties: { ...CART, checkout_id: CHECKOUT_TOKEN },
    },
    {
      path: '/trade/checkout/2610',
      alias: 'Page',
      event: 'Checkout Started',
      properties: NUMBERED,
    },
    {
      path: '/trade/checkouts/2610?mark=4f1b',
      alias: 'Page',
      event: 'Checkout Started',
      properties: NUMBERED,
    },
    {
      path: `/trade/thank_you?mainOrderMark=4f1b&mainOrderSeq=${ORDER_SEQ}`,
      alias: 'Page',
      event: 'Order Completed',
      properties: { ...CART, order_id: ORDER_SEQ },
    },
  ])('$path, called $alias, is $event', async ({ path, alias, event, properties }, { shop, page }) => {
    const { pathname } = new URL(path, shop.origin);
    shop.put(pathname, silent(alias), CART_COOKIE);
    await start(page, path);
    await expectReported(shop, page, [
      [pathname, 'page', {}],
      [pathname, event, properties],
    ]);
  });
});

describe('a page that looks alike is nothing but a page', () => {
  test.for([
    ...['/pages/checkout-help', '/blogs/cart', '/collections/search', '/products/trade'],
    ...['/?keyword=tea', '/user/center?q=tea', '/trade/orders/2610'],
  ])('%s', async (path, { shop, page }) => {
    const { pathname } = new URL(path, shop.origin);
    shop.put(pathname, silent('Page'), CART_COOKIE);
    await start(page, path);
    await expectReported(shop, page, [[pathname, 'page', {}]]);
  });
});
