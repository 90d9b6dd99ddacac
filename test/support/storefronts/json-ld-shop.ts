import { attributes } from '../shopper.ts';
import type { Storefront } from '../storefront.ts';
import { type Cart, ORDER_SEQ, openCart } from './cart.ts';
import { ITEMS, LIST, PRODUCT, SHOWN, SMALL, TEA, type Variant } from './catalogue.ts';
import { earlierOrdersLd, jsonLd, listLd, orderLd, otherListsLd, PRODUCT_LD, reviewsLd } from './json-ld.ts';
import { cartBody, checkoutBody, listBody, page, productBody, SLIDES, tag } from './page.ts';
import { ACCOUNT } from './shopline.ts';

/** A product as `data-sb-product` wants it. */
const marked = ({ sku, price }: Variant) => ({
  product_id: TEA.id,
  sku,
  name: TEA.name,
  price,
  currency: SHOWN,
});
const MARKED = Object.fromEntries(TEA.variants.map((variant) => [variant.sku, marked(variant)]));

/** The marks follow what the buyer chooses; the cart lies where only this shop knows. */
const PRODUCT_SCRIPT = `{
  marks: ${JSON.stringify(MARKED)},
  ready() {
    const quantity = document.getElementById('quantity');
    quantity.addEventListener('input', () => {
      for (const button of document.querySelectorAll('#add, #add-sticky')) button.dataset.sbQuantity = quantity.value;
    });
  },
  choose(sku) { document.querySelector('article').dataset.sbProduct = Object.toJSON(this.marks[sku]); },
  post(path, line) { return fetch(path, { method: 'POST', body: Object.toJSON(line) }); },
  add(sku, quantity) { return this.post('/basket/put', { sku, quantity }); },
  set(sku, quantity) { return this.post('/basket/keep', { sku, quantity }); },
}`;

/** Everything JSON-LD says on one page, in one script, as many shops do. */
const graph = (...nodes: object[]) => jsonLd({ '@graph': [...nodes, ...otherListsLd()] });

/** A shop of its own making: JSON-LD for what pages show, our markup for what buyers do. Not a word of SHOPLINE. */
export function openJsonLdShop(shop: Storefront): Cart {
  const cart = openCart();
  const put = (path: string, body: () => string, theme?: string) =>
    shop.route('GET', path, () => ({
      headers: { 'Cache-Control': 'no-store' },
      body: page({
        title: 'Dewleaf Teas',
        head: tag(),
        body: body(),
        ...(theme && { theme }),
      }),
    }));

  put('/', () => graph({ '@type': 'WebSite', name: 'Dewleaf Teas', url: '/' }) + SLIDES);
  put(ACCOUNT, () => graph(...earlierOrdersLd()));
  put(LIST, () => graph(listLd(ITEMS)) + listBody());
  const searched = {
    'data-sb-event': 'Products Searched',
    'data-sb-on': 'view',
    'data-sb-query': 'oolong tea',
  };
  put('/search', () => `${graph(listLd([TEA]))}<section ${attributes(searched)}>${listBody()}</section>`);
  put(
    PRODUCT,
    () =>
      graph({ '@type': 'Organization', name: 'Dewleaf Teas' }, PRODUCT_LD.variants(TEA)) +
      jsonLd(reviewsLd(TEA)) +
      productBody({
        product: attributes({ 'data-sb-product': marked(SMALL) }),
        add: attributes({
          'data-sb-event': 'Product Added',
          'data-sb-quantity': '1',
        }),
        remove: (variant) =>
          attributes({
            'data-sb-event': 'Product Removed',
            'data-sb-product': marked(variant),
            'data-sb-quantity': '1',
          }),
      }),
    PRODUCT_SCRIPT,
  );
  const sums = (event: string, value: number) =>
    attributes({
      'data-sb-event': event,
      'data-sb-value': String(value),
      'data-sb-currency': SHOWN,
    });
  put(
    '/cart',
    () => `<section data-sb-on="view" ${sums('Cart Viewed', cart.subtotal())}>${cartBody}</section>`,
    "{ checkout() { location.href = '/checkout'; } }",
  );
  put(
    '/checkout',
    () => `<section data-sb-on="view" ${sums('Checkout Started', cart.subtotal())}>
      ${checkoutBody(sums('Payment Info Entered', cart.total()))}</section>`,
    "{ async pay() { await fetch('/order', { method: 'POST' }); location.href = '/thanks'; } }",
  );
  shop.route('POST', '/order', () => {
    shop.route('GET', '/checkout', () => ({
      status: 302,
      headers: { Location: '/thanks' },
    }));
    return { body: {} };
  });
  put('/thanks', () => graph(orderLd(cart, ORDER_SEQ)));

  const keep = (path: string, change: Cart['set'] | Cart['add']) =>
    shop.route('POST', path, ({ body }) => {
      const { sku, quantity } = JSON.parse(body);
      change(sku, quantity);
      return { body: { items: cart.lines } };
    });
  keep('/basket/put', cart.add);
  keep('/basket/keep', cart.set);
  return cart;
}
