// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { flushPromises } from '../support/pixel.ts';
import { capturing, freshBrowser, type Reported } from '../support/snippet.ts';

/** Themes that change the cart by the number of a line, counted as the lines lie there then. */
let cart: { currency: string; items: object[] };
let reported: Reported[];
const line = (sku: string, quantity = 1) => ({ id: `l-${sku}`, sku_id: sku, quantity, price: 10 });
const ask = async (path: string, body?: object) => {
  await fetch(path, body && { method: 'POST', body: JSON.stringify(body) });
  // The snippet reads a copy of the response.
  await flushPromises();
};
const changes = () => reported.map(([event, { variant_id, quantity }]) => [event, variant_id, quantity]);

beforeEach(async () => {
  freshBrowser();
  vi.useFakeTimers({ toFake: ['setInterval'] });
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(cart)));
  vi.stubGlobal('Shopline', {});
  const load = () => import('../../client/snippet/shopline/requests.ts');
  ({ reported } = await capturing(load, ({ captureRequests }) => captureRequests));
  cart = { currency: 'TWD', items: [line('A', 2), line('B')] };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the first line taken out, twice, is two different lines', async () => {
  await ask('/api/carts/ajax-cart');
  for (const _ of ['A', 'B']) {
    cart.items.shift();
    await ask('/api/cart/change', { line: 1, quantity: 0 });
  }
  expect(changes()).toEqual([
    ['Product Removed', 'A', 2],
    ['Product Removed', 'B', 1],
  ]);
});

test('a request that names no line, such as one for attributes, is none', async () => {
  const { items } = cart;
  cart.items = [];
  await ask('/cart/update', { attributes: { _sb_id: 'x' } });
  cart.items = items;
  await ask('/api/carts/ajax-cart');
  cart.items.shift();
  await ask('/api/cart/change', { line: 1, quantity: 0 });
  expect(changes()).toEqual([['Product Removed', 'A', 2]]);
});

test('less than none is none', async () => {
  await ask('/api/carts/ajax-cart');
  cart.items.shift();
  await ask('/cart/update', { id: 'A', quantity: -1 });
  expect(changes()).toEqual([['Product Removed', 'A', 2]]);
});
