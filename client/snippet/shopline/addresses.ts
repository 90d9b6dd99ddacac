import type { Capture, Tools } from '../api.ts';
import type { Thing } from '../thing.ts';
import { toOrder } from './read.ts';
import { checkoutOfPage, orderOfPage, shopline } from './storefront.ts';

/** Events that follow from the URL, for pages where no other source reports them. */
export const captureAddresses: Capture = (report, tools) => {
  let here = '';
  tools.watch(() => {
    const [address = ''] = location.href.split('#');
    if (address === here) return;
    here = address;
    // With or without a locale: `/en/cart`.
    const isAt = (path: string) => RegExp(`^(/[a-z]{2}(-\\w+)?)?/${path}/?$`).test(location.pathname);
    const is = (alias: string, path: string) => shopline().uri?.alias === alias || isAt(path);
    const query = new URLSearchParams(location.search);
    const words = query.get('keyword') || query.get('q');
    if (words && is('ProductsSearch', 'search')) report('Products Searched', { query: words });
    if (checkoutOfPage()) report('Checkout Started', {});
    if (orderOfPage()) report('Order Completed', { order_id: orderOfPage() });
    if (is('Cart', 'cart')) viewCart(report, tools);
  });
};

/** Fetches the cart's lines, as themes do. Amounts are in major units. */
const viewCart: Capture = (report, tools) => {
  const reportCart = tools.guard((cart: Thing = {}) =>
    report('Cart Viewed', cart.items ? readCart(cart, tools) : {}),
  );
  if (/\/cart\/?$/.test(location.pathname))
    fetch('/api/carts/ajax-cart')
      .then((answer) => answer.json())
      .then(reportCart, () => reportCart());
  else reportCart();
};
const readCart = (cart: Thing, tools: Tools) => {
  const { products, currency } = toOrder(cart, tools);
  return { currency, value: Number(cart.total_price), products };
};
