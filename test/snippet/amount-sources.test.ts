// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyBrowser, loadPlugins, openBuiltPage, recordedEvents } from '../support/built-page.ts';

beforeEach(emptyBrowser);
afterEach(() => {
  vi.unstubAllGlobals();
});

const ROWS: [price: string, currency: string, amount: number | undefined][] = [
  ['Rs. 1,299.00', 'INR', 1299],
  ['₹1,29,999.00', 'INR', 129_999],
  ['kr. 129,00', 'DKK', 129],
  ['S/. 49.90', 'PEN', 49.9],
  ['$10.00 – $20.00', 'USD', 10],
  ['١٢٩٫٥٠', 'EGP', 129.5],
  ['0,999', 'EUR', 0.999],
  ['1.299', 'KWD', 1.299],
  ['¥1.299', 'JPY', 1299],
  ['Was $20 Now $10', 'USD', undefined],
  ['50% off', 'USD', undefined],
];
const wanted = (currency: string, price: number | undefined) => [
  [
    'Product Added',
    expect.objectContaining({ product_id: 'tea', currency, ...(price && { price, value: price }) }),
  ],
];
const hasNoOther = (price: number | undefined) => {
  const [[, properties] = []] = recordedEvents();
  if (price === undefined) expect(Object.keys(properties ?? {})).not.toContain('price');
};

test.each(ROWS)('markup with %j %s', async (price, currency, amount) => {
  document.body.innerHTML = `<button data-sb-event="Product Added" data-sb-product_id="tea" data-sb-currency="${currency}" data-sb-price="${price}"></button>`;
  await openBuiltPage({ consent: 'granted', captures: 'data-attributes' });
  document.querySelector('button')?.click();
  expect(recordedEvents()).toEqual(wanted(currency, amount));
  hasNoOther(amount);
});

test.each(ROWS)('a data layer with %j %s', async (price, currency, amount) => {
  vi.stubGlobal('dataLayer', [
    { event: 'add_to_cart', ecommerce: { currency, items: [{ item_id: 'tea', price }] } },
  ]);
  await openBuiltPage({ consent: 'granted', captures: 'data-attributes', 'data-layer': 'dataLayer' });
  vi.advanceTimersByTime(1_000);
  loadPlugins();
  vi.advanceTimersByTime(1_000);
  expect(recordedEvents()).toEqual(wanted(currency, amount));
  hasNoOther(amount);
});
