// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Storebeacon } from '../../client/snippet/api.ts';
import { parseMessage } from '../../shared/message.ts';
import { answerNothing, freshBrowser, onPage, waiting } from '../support/snippet.ts';

async function open(path: string, captures: string, plugin?: () => Promise<unknown>) {
  delete window.storebeacon;
  history.replaceState(null, '', path);
  await onPage({ captures, consent: 'granted' }, () => import('../../client/snippet/index.ts'));
  vi.advanceTimersByTime(0);
  await plugin?.();
  vi.advanceTimersByTime(5_000);
}
const jsonLd = () => import('../../client/snippet/json-ld.ts');
const say = (thing: object) => {
  document.head.innerHTML = `<script type="application/ld+json">${JSON.stringify(thing)}</script>`;
};

beforeEach(() => {
  freshBrowser();
  vi.useFakeTimers({ now: Date.parse('2026-11-21T08:00:00Z') });
  answerNothing();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a checkout and its order with one number are both counted, and each once', async () => {
  vi.stubGlobal('Shopline', {});
  const shopline = () => import('../../client/snippet/shopline.ts');
  for (const path of ['/trade/checkout/2610', '/trade/thank_you?mainOrderSeq=2610'])
    for (const _ of ['opened', 'reloaded']) await open(path, 'none', shopline);
  expect(waiting().map(({ event }) => event)).toEqual(['Checkout Started', 'Order Completed']);
});

test('an order without a number is not told: it would be another with each reload', async () => {
  say({ '@type': 'Order', price: 960, priceCurrency: 'TWD' });
  await open('/thanks', 'json-ld', jsonLd);
  expect(waiting()).toEqual([]);
});

test('a product whose image and brand stand elsewhere is taken without them', async () => {
  const brand = { '@id': 'https://shop.example/#brand' };
  const image = { '@id': 'https://shop.example/#primaryimage' };
  const offers = { '@type': 'Offer', price: '480', priceCurrency: 'TWD' };
  say({ '@type': 'Product', name: 'Oolong', sku: 'S1', image, brand, offers });
  await open('/tea', 'json-ld', jsonLd);
  const [message] = waiting();
  expect(message).toMatchObject({ event: 'Product Viewed', properties: { name: 'Oolong', price: 480 } });
  expect(parseMessage(message)).toMatchObject({ notes: [] });
});

test('a step in the shop’s markup is taken as the number it is', async () => {
  document.body.innerHTML = '<button data-sb-event="Checkout Step Completed" data-sb-step="2">Next</button>';
  await open('/checkout', 'data-attributes', () => import('../../client/snippet/markup.ts'));
  document.querySelector('button')?.click();
  const [message] = waiting();
  expect(message.properties.step).toBe(2);
  expect(parseMessage(message)).toMatchObject({ notes: [] });
});

test('a reset before the visitor has chosen writes nothing', async () => {
  delete window.storebeacon;
  await onPage({ captures: 'none' }, () => import('../../client/snippet/index.ts'));
  (window as { storebeacon?: Storebeacon }).storebeacon?.reset();
  expect([document.cookie, Object.keys(localStorage)]).toEqual(['', []]);
});
