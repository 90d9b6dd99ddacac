// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Properties, Storebeacon } from '../../client/snippet/api.ts';
import { emptyBrowser, openBuiltPage } from '../support/built-page.ts';

vi.spyOn(console, 'log').mockImplementation(() => {});
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});

beforeEach(() => {
  emptyBrowser();
  warn.mockClear();
  document.querySelector('storebeacon-debug')?.remove();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Reports = [source: string, event: string, properties: Properties][];

/** The rows of the panel, newest first, of a page on which sources report these one after another. */
async function rowsOf(reports: Reports, attributes: Record<string, string> = { consent: 'granted' }) {
  await openBuiltPage({ captures: 'none', debug: '', ...attributes }, ['none.js']);
  for (const [source, ...report] of reports)
    (window.storebeacon as Storebeacon).capture(source, (send) => send(...report));
  // Deferred sources report after two seconds, the panel shows them half a second later.
  vi.advanceTimersByTime(3_000);
  const root = document.querySelector('storebeacon-debug')?.shadowRoot;
  return [...(root?.querySelectorAll('tr') ?? [])]
    .slice(1)
    .map((row) => [...row.cells].slice(1).map((cell) => cell.textContent.trim()));
}

const TEA = { product_id: 'p-1', price: 500, currency: 'TWD', quantity: 1 };

test('a price that another source has otherwise is beside the one that is sent', async () => {
  const rows = await rowsOf([
    ['json-ld', 'Product Viewed', { ...TEA, price: '10', quantity: undefined }],
    ['bus', 'Product Viewed', TEA],
  ]);
  expect(rows).toEqual([
    ['Product Viewed', 'json-ld', 'TWD 10', 'repeat, not sent'],
    ['Product Viewed', 'bus', 'TWD 500 \nprice: 500 by bus (sent), 10 by json-ld', 'queued'],
  ]);
  expect(warn.mock.calls).toContainEqual([
    'storebeacon',
    'Product Viewed',
    'price: 500 by bus (sent), 10 by json-ld',
    expect.any(String),
  ]);
});

test('the shop’s own call is compared as well, also while it waits for a choice', async () => {
  await openBuiltPage({ captures: 'none', debug: '' }, ['none.js']);
  const storebeacon = window.storebeacon as Storebeacon;
  storebeacon.track('Order Completed', { order_id: 'A-1', total: 1200, currency: 'TWD' });
  storebeacon.capture('gtag', (send) =>
    send('Order Completed', { order_id: 'A-1', value: '120', currency: 'USD' }),
  );
  vi.advanceTimersByTime(1_000);
  const root = document.querySelector('storebeacon-debug')?.shadowRoot;
  expect(root?.querySelector('tr:last-child td:nth-child(4)')?.textContent).toBe(
    'TWD 1200 \ncurrency: TWD by api (held), USD by gtag\nvalue: 1200 by api (held), 120 by gtag',
  );
});

test('of several sent, it is the one of the same product', async () => {
  const rows = await rowsOf([
    ['bus', 'Product Added', TEA],
    ['data-layer', 'Product Added', { ...TEA, quantity: 2 }],
    ['data-layer', 'Product Added', { ...TEA, product_id: 'p-2', price: 90 }],
  ]);
  expect(rows.flatMap(([, , amount = '']) => amount.split('\n').slice(1))).toEqual([
    'quantity: 1 by bus (sent), 2 by data-layer',
  ]);
});

test('sources that agree but for rounding have no such line', async () => {
  const rows = await rowsOf([
    ['bus', 'Product Added', TEA],
    ['cart', 'Product Added', { ...TEA, price: '500.4' }],
  ]);
  expect(rows.map(([, , amount]) => amount)).toEqual(['TWD 500.4', 'TWD 500']);
});

const directions = (rows: string[][]) => rows.flatMap(([, , amount = '']) => amount.split('\n').slice(1));

test('a removal beside another source’s addition of the same product is a disagreement of direction', async () => {
  const rows = await rowsOf([
    ['bus', 'Product Added', TEA],
    ['cart', 'Product Removed', TEA],
  ]);
  expect(directions(rows)).toEqual(['direction: Product Removed by cart, Product Added by bus']);
});

test.each<[what: string, reports: Reports]>([
  [
    'of another product',
    [
      ['bus', 'Product Added', TEA],
      ['cart', 'Product Removed', { ...TEA, product_id: 'p-2' }],
    ],
  ],
  [
    'by a source that reported the addition, too',
    [
      ['bus', 'Product Added', TEA],
      ['cart', 'Product Added', TEA],
      ['cart', 'Product Removed', TEA],
    ],
  ],
  [
    'by the source of the addition',
    [
      ['bus', 'Product Added', TEA],
      ['bus', 'Product Removed', TEA],
    ],
  ],
])('a removal %s is none', async (_what, reports) => {
  expect(directions(await rowsOf(reports))).toEqual([]);
});

test('nothing but the console has it in a browser without the panel', async () => {
  vi.stubGlobal('CSSStyleSheet', undefined);
  expect(
    await rowsOf([
      ['bus', 'Product Viewed', TEA],
      ['json-ld', 'Product Viewed', { ...TEA, currency: 'USD' }],
    ]),
  ).toEqual([]);
  expect(warn.mock.calls.flat()).toContain('currency: TWD by bus (sent), USD by json-ld');
});
