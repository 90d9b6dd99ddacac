import type { Enrich } from '../api.ts';
import type { Thing } from '../thing.ts';

export const shopline = (): Thing => (window as Thing).Shopline;
export const theme = (): Thing => (window as Thing).themeEventCenter;

/** The currency prices are shown in, which may be another than the store's own, `Shopline.currency`. */
export const shownCurrency = (): string | undefined => (window as Thing).__PRELOAD_STATE__?.currencyCode;

export const readCookie = (name: string) => `; ${document.cookie}`.split(`; ${name}=`)[1]?.split(';')[0];

/** What belongs to a cart and its checkout, and is joined to the shop's webhooks by their tokens. */
const OF_A_CART = /Cart|Added|Removed|Checkout|Payment|Order/;

/** The token of the checkout under way: `/{store}/checkouts/{token}`, `/trade/checkout/{seq}`. */
export const checkoutOfPage = () => /\/checkouts?\/([\w-]+)/.exec(location.pathname)?.[1];

/** The order of a thank-you page stands in its address. */
export const orderOfPage = () => new URLSearchParams(location.search).get('mainOrderSeq');

export const around: Enrich = (event) =>
  OF_A_CART.test(event) ? { cart_id: readCookie('t_cart'), checkout_id: checkoutOfPage() } : {};
