import type { Storefront } from '../storefront.ts';
import type { Cart } from './cart.ts';
import { TEA, toEntities } from './catalogue.ts';
import { tag } from './page.ts';
import { openShopline } from './shopline.ts';
import { BUS, checkoutScript, GO_TO_CHECKOUT, globals } from './shopline-scripts.ts';

/** The ways a theme may ask for `sku` and `quantity` to be added: `theme.ways.<name>`, each a promise. */
const WAYS = `{
  json: ({ id, quantity }) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: Object.toJSON({ items: [{ id, quantity }] }),
  }),
  form: (line) => Object.entries(line).reduce((data, [name, value]) => (data.append(name, value), data), new FormData()),
  xhr(path, body, type, responseType = '') {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', path);
      request.responseType = responseType;
      if (type) request.setRequestHeader('Content-Type', type);
      request.onload = resolve;
      request.onerror = reject;
      request.send(body);
    });
  },
  'fetch, an address'(line) { return fetch('/cart/add', this.json(line)); },
  'fetch, a whole address'(line) { return fetch(location.origin + '/cart/add', this.json(line)); },
  'fetch, a URL'(line) { return fetch(new URL('/cart/add', location.href), this.json(line)); },
  'fetch, a Request'(line) { return fetch(new Request('/cart/add', this.json(line))); },
  'fetch, a form'(line) {
    return fetch('/cart/add', { method: 'post', headers: { Accept: 'application/json' }, body: this.form(line) });
  },
  'fetch, form fields'(line) { return fetch('/cart/add', { method: 'POST', body: new URLSearchParams(line) }); },
  'XHR, JSON'(line) { return this.xhr('/cart/add', this.json(line).body, 'application/json'); },
  'XHR, an answer as an object'(line) {
    return this.xhr('/cart/add', this.json(line).body, 'application/json', 'json');
  },
  'XHR, an answer as bytes'(line) {
    return this.xhr('/cart/add', this.json(line).body, 'application/json', 'arraybuffer');
  },
  'XHR, a form'(line) { return this.xhr('/api/carts/ajax-cart/add.js', this.form(line)); },
  'XHR, form fields'(line) {
    return this.xhr('/cart/add', '' + new URLSearchParams(line), 'application/x-www-form-urlencoded');
  },
}`;

/** Every way there is. */
export const ASKED = [
  'fetch, an address',
  'fetch, a whole address',
  'fetch, a URL',
  'fetch, a Request',
  'fetch, a form',
  'fetch, form fields',
  'XHR, JSON',
  'XHR, an answer as an object',
  'XHR, an answer as bytes',
  'XHR, a form',
  'XHR, form fields',
];

/** What a theme of Online Store 2.1 may do differently. */
export interface Habits {
  /** How the form of the product page asks; the sticky bar always sends a form by XHR. */
  way?: string;
  /** Whether choosing a variant changes the address. */
  marksAddress?: boolean;
  /** Whether a line is changed by its number; else by its key. */
  asksByLine?: boolean;
  /**
   * Tag Manager's array, which we read: every change of the cart is pushed as an addition, in two pushes, and emptied at
   * once.
   */
  hasDataLayer?: boolean;
}

const product = ({
  way = 'fetch, an address',
  marksAddress = true,
  asksByLine = true,
  hasDataLayer = false,
}: Habits) => `{
  push(price, quantity) {
    if (!${hasDataLayer}) return;
    const item = { item_id: '${TEA.id}', item_name: ${JSON.stringify(TEA.name)}, price: '$' + price.toFixed(2), quantity };
    const items = [item];
    dataLayer.push({ ecommerce: null }, { ecommerce: { currency: 'USD', items } });
    dataLayer.push({ event: 'add_to_cart' });
    items.length = dataLayer.length = 0;
  },
  prices: ${JSON.stringify(Object.fromEntries(TEA.variants.map(({ sku, price }) => [sku, price])))},
  ways: ${WAYS},
  choose(sku) { if (${marksAddress}) history.replaceState(history.state, '', '?sku=' + sku); },
  async add(id, quantity, button) {
    await this.ways[button === 'sticky' ? 'XHR, a form' : '${way}']({ id, quantity });
    this.push(this.prices[id], quantity);
    await fetch('/api/carts/ajax-cart');
  },
  async set(sku, quantity) {
    const { items } = await (await fetch('/cart.js')).json();
    const line = items.findIndex((item) => item.id === sku) + 1;
    this.push(this.prices[sku], 1);
    await fetch('/cart/change', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: Object.toJSON(${asksByLine} ? { line, quantity } : { id: items[line - 1].key, quantity }),
    });
  },
}`;

/** A shop on Online Store 2.1: no bus before the checkout. What can be seen are JSON-LD and the cart's requests. */
export const openOs21 = (shop: Storefront, habits: Habits = {}): Cart =>
  openShopline(shop, {
    productLd: 'variants',
    head: (alias) => `<script>${globals(alias, { themeName: 'Lantern' })}
      ${alias === 'Checkout' ? BUS : ''}</script>
      <meta property="product:price:currency" content="USD"><meta property="og:title" content="${toEntities(TEA.name)}">
      <script>window.dataLayer = [];</script>${tag(habits.hasDataLayer ? { 'data-layer': 'dataLayer' } : {})}`,
    product: product(habits),
    cart: `{ ready() { fetch('/api/carts/ajax-cart'); }, ${GO_TO_CHECKOUT} }`,
    checkout: (cart) => checkoutScript(cart, '', {}),
    thanks: () => '{}',
  });
