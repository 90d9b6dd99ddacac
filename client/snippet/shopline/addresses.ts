import type { Capture, Properties, Report } from '../api.ts';
import { keepCart, withCart } from './seen.ts';
import { checkoutOfPage, orderOfPage, shopline } from './storefront.ts';
import { useCart } from './use-cart.ts';

/** What the thank-you page has shown of its order. The report of its address is deferred: what comes meanwhile completes it. */
const order: Properties = {};
let reportOrder: Report;

/** Reports an order of which little is known. Deferred as the address is: the page may report all of it at once. */
export const completeOrder = (properties: Properties) =>
  reportOrder('Order Completed', Object.assign(order, properties));

/** Events that follow from the URL, for pages where no other source reports them. */
export const captureAddresses: Capture = (report, tools) => {
  let here = '';
  reportOrder = report;
  tools.watch(() => {
    const [address = ''] = location.href.split('#');
    if (address === here) return;
    here = address;
    // With or without a locale: `/en/cart`.
    const is = (alias: string, path: string) =>
      shopline().uri?.alias === alias || RegExp(`^(/..(-.+)?)?/${path}/?$`).test(location.pathname);
    const query = new URLSearchParams(location.search);
    const words = query.get('keyword') || query.get('q');
    if (words && is('ProductsSearch', 'search')) report('Products Searched', { query: words });
    if (checkoutOfPage()) report('Checkout Started', withCart());
    if (orderOfPage()) {
      completeOrder({ order_id: orderOfPage() });
      keepCart();
    }
    if (is('Cart', 'cart')) useCart((cart) => cart.show((seen) => report('Cart Viewed', seen)), true);
  });
};
