import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';

export const shopline = (): Thing => (window as Thing).Shopline;
export const theme = (): Thing => (window as Thing).themeEventCenter;

/** The currency in which prices are shown. It may differ from the store's own, `Shopline.currency`. */
export const shownCurrency = (): string | undefined => (window as Thing).__PRELOAD_STATE__?.currencyCode;

export const readCookie = (name: string) => `; ${document.cookie}`.split(`; ${name}=`)[1]?.split(';')[0];

/** The token of the visitor's cart. */
export const cartToken = () => readCookie('t_cart');

/** Where localStorage keeps the last cart that a denial covers. */
export const COVERED = '_sb_d';

/** Events of a cart or checkout, which are joined to the shop's webhooks by its tokens. */
const OF_A_CART = /Cart|Added|Removed|Checkout|Payment|Order/;

/** The checkout token in the URL: `/{store}/checkouts/{token}`, `/trade/checkout/{seq}`. */
export const checkoutOfPage = () => /\/checkouts?\/([\w-]+)/.exec(location.pathname)?.[1];

/** The order number in the URL of a thank-you page. */
export const orderOfPage = () => /[?&]mainOrderSeq=([\w-]+)/.exec(location.search)?.[1];

/** What every report of a cart or checkout contains. */
export const around = (event: string): Properties =>
  OF_A_CART.test(event) ? { cart_id: cartToken(), checkout_id: checkoutOfPage() } : {};
