// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, expect, test, vi } from 'vitest';
import {
  emptyBrowser,
  forgetPageAfterEachTest,
  loadPlugins,
  openBuiltPage,
  recordedEvents,
} from '../support/built-page.ts';
import { flushPromises } from '../support/pixel.ts';
import { hidePage } from '../support/snippet.ts';

vi.spyOn(console, 'log').mockImplementation(() => {});
vi.spyOn(console, 'warn').mockImplementation(() => {});
forgetPageAfterEachTest();

const TEA = { product_id: '160', id: '180', product_title: 'Oolong', price: 10 };
const CUP = { product_id: '161', id: '181', product_title: 'Cup', price: 36 };
const cart = (...lines: [product: object, quantity: number][]) => ({
  token: 't',
  currency: 'USD',
  item_count: lines.reduce((count, [, quantity]) => count + quantity, 0),
  items: lines.map(([product, quantity]) => ({ ...product, quantity })),
});

let lies: object;
/** What the cart contains from now on, and the request by which it came to that. */
const change = async (path: string, body: object | undefined, after: object) => {
  lies = after;
  await fetch(path, body && { method: 'POST', body: JSON.stringify(body) });
  loadPlugins();
  await flushPromises();
};
const push = (event: string, ...items: object[]) =>
  (window as unknown as { dataLayer: object[] }).dataLayer.push({
    event,
    ecommerce: { currency: 'USD', items },
  });
const settle = async (ms = 5_000) => {
  await flushPromises();
  vi.advanceTimersByTime(ms);
};
const changes = () =>
  recordedEvents()
    .filter(([event]) => /Added|Removed/.test(event))
    .map(([event, { product_id, quantity }]) => [event.split(' ')[1], product_id, quantity]);

beforeEach(async () => {
  emptyBrowser();
  lies = cart([TEA, 3], [CUP, 1]);
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(lies)));
  vi.stubGlobal('Shopline', { currency: 'USD' });
  vi.stubGlobal('dataLayer', []);
  await openBuiltPage({ consent: 'granted', 'data-layer': 'dataLayer', debug: '' });
  await change('/api/carts/ajax-cart', undefined, lies);
  await change('/cart/update', { note: '' }, lies);
  await settle();
});

const lessTea = () => change('/cart/change', { id: '180', quantity: 1 }, cart([TEA, 1], [CUP, 1]));

test.each([
  { ids: 'SHOPLINE’s ids', item: { item_id: '160', item_name: 'Oolong', price: 10, quantity: 1 } },
  { ids: 'the variant’s id', item: { item_id: '180', price: 10, quantity: 1 } },
  { ids: 'the name alone', item: { item_name: 'Oolong', quantity: 1 } },
  { ids: 'the merchant’s own ids', item: { item_id: 'TEA-150', item_name: 'Tea, Oolong', quantity: 1 } },
])(
  'what the data layer calls an addition, with $ids, is the removal that the cart shows',
  async ({ item }) => {
    push('add_to_cart', item);
    await lessTea();
    await settle();
    expect(changes()).toEqual([['Removed', '160', 2]]);
  },
);

test('and the other way round, also after the answer', async () => {
  await change('/cart/change', { id: '180', quantity: 5 }, cart([TEA, 5], [CUP, 1]));
  vi.advanceTimersByTime(800);
  push('remove_from_cart', { item_id: '160', item_name: 'Oolong', quantity: 2 });
  await settle();
  expect(changes()).toEqual([['Added', '160', 2]]);
});

test('where both agree, the data layer’s report is sent, once', async () => {
  push('remove_from_cart', { item_id: '160', item_name: 'Oolong', item_brand: 'Dewleaf', quantity: 2 });
  await lessTea();
  await settle();
  expect(changes()).toEqual([['Removed', '160', 2]]);
  expect(recordedEvents().at(-1)?.[1]).toMatchObject({ brand: 'Dewleaf' });
});

test('one product taken for another is a removal and an addition', async () => {
  await change('/cart/change', { id: '180', quantity: 0 }, cart([CUP, 1]));
  await change('/cart/change', { id: '181', quantity: 2 }, cart([CUP, 2]));
  push('remove_from_cart', { item_id: '160', quantity: 3 });
  push('add_to_cart', { item_id: '161', quantity: 1 });
  await settle();
  expect(changes().sort()).toEqual([
    ['Added', '161', 1],
    ['Removed', '160', 3],
  ]);
});

test('what no request showed is what the data layer says', async () => {
  push('add_to_cart', { item_id: '160', quantity: 1 });
  await settle();
  await lessTea();
  await settle();
  expect(changes()).toEqual([
    ['Added', '160', 1],
    ['Removed', '160', 2],
  ]);
});

test('the time of a report is that of its push, and it is not lost when the page is left', async () => {
  const at = new Date().toISOString();
  push('add_to_cart', { item_id: '160', quantity: 1 });
  vi.advanceTimersByTime(200);
  hidePage();
  expect(changes()).toEqual([['Added', '160', 1]]);
  const stored = Object.keys(localStorage).filter((key) => key.startsWith('_sb_q'));
  expect(stored.map((key) => JSON.parse(localStorage.getItem(key) ?? '')).at(-1)).toMatchObject({
    timestamp: at,
  });
});

test('the debug panel shows the direction that was not sent', async () => {
  push('add_to_cart', { item_id: '160', item_name: 'Oolong', quantity: 1 });
  await lessTea();
  await settle();
  const root = document.querySelector('storebeacon-debug')?.shadowRoot;
  const rows = [...(root?.querySelectorAll('tr') ?? [])].map((row) => row.textContent);
  expect(rows).toContainEqual(
    expect.stringMatching(
      /Product Removed.*\ndirection: Product Removed by cart, Product Added by data-layer/s,
    ),
  );
});
