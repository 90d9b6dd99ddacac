import { describe, expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { CART_TOKEN, CHECKOUT_TOKEN } from '../../support/storefronts/cart.ts';
import { LARGE, PRODUCT, SMALL, TEA, type Variant } from '../../support/storefronts/catalogue.ts';
import { DESCRIBED_ORDER, SUMS, visited } from '../../support/storefronts/expected.ts';
import { ASKED, openOs21 } from '../../support/storefronts/os-2-1.ts';
import { described, expectReported, known, type Reported } from '../../support/storefronts/reported.ts';
import { add, choose, enter, setQuantity, visit, whenIdle } from '../../support/storefronts/visit.ts';

const CART = { cart_id: CART_TOKEN };
const VIEW = { ...described(TEA), variant_id: SMALL.sku };
const OPENED: Reported[] = [
  [PRODUCT, 'page', {}],
  [PRODUCT, 'Product Viewed', VIEW],
];
const added = (variant: Variant, quantity: number): Reported => [
  PRODUCT,
  'Product Added',
  { ...known(variant, quantity), ...CART },
];

describe('a whole visit is told once', () => {
  const ORDER = { ...DESCRIBED_ORDER, ...CART };
  // Its bus names no goods: they are those of the cart last seen.
  const STARTED = { ...SUMS.goods, products: [known(SMALL, 2)], ...CART, checkout_id: CHECKOUT_TOKEN };

  test('by JSON-LD and the requests of the cart', { timeout: 60_000 }, async ({ shop, page }) => {
    openOs21(shop);
    await visit(page);
    await expectReported(shop, page, visited({ viewed: VIEW, started: STARTED, order: ORDER }));
  });

  test('beside a data layer that calls each change an addition', {
    timeout: 60_000,
  }, async ({ shop, page }) => {
    openOs21(shop, { hasDataLayer: true, asksByLine: false });
    await visit(page);
    // The data layer has no variant.
    const pushed = (variant: Variant, quantity: number) => {
      const { variant_id: _, ...product } = known(variant, quantity);
      return { ...product, ...CART };
    };
    await expectReported(
      shop,
      page,
      visited({ viewed: VIEW, added: pushed, started: STARTED, order: ORDER }),
    );
  });
});

describe('an add counts however the theme asks for it', () => {
  test.for(ASKED)('%s', async (way, { shop, page }) => {
    const cart = openOs21(shop, { way });
    await enter(page, PRODUCT);
    await choose(page, LARGE);
    await add(page, 2);
    expect(cart.lines).toEqual([{ sku: LARGE.sku, quantity: 2 }]);
    await expectReported(shop, page, [...OPENED, added(LARGE, 2)]);
  });

  test('and several packs in one request are as many adds', async ({ shop, page }) => {
    openOs21(shop);
    await enter(page, PRODUCT);
    const items = [LARGE, SMALL].map(({ sku }) => ({ id: sku, quantity: 1 }));
    await page.evaluate(
      (body) =>
        fetch('/cart/add', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body,
        }),
      JSON.stringify({ items }),
    );
    await whenIdle(page);
    await expectReported(shop, page, [...OPENED, added(LARGE, 1), added(SMALL, 1)]);
  });
});

describe('the theme’s own requests are left as they are', () => {
  const asks = {
    'an answer is read as before': async () => {
      const answer = await fetch('/api/carts/ajax-cart');
      return (await answer.json()).currency;
    },
    'a failure is told as before': () => fetch('/cart/add', { method: 'POST', body: 'x' }).catch(String),
    'a request given up is told as before': () =>
      fetch('/cart/add', {
        method: 'POST',
        body: '{}',
        signal: AbortSignal.abort(),
      }).catch(String),
    'nonsense is refused as before': () => fetch('http://').catch(String),
  };
  test.for([
    { promise: 'an answer is read as before', says: 'USD' },
    {
      promise: 'a failure is told as before',
      says: 'TypeError: Failed to fetch',
    },
    {
      promise: 'a request given up is told as before',
      says: 'AbortError: signal is aborted without reason',
    },
    {
      promise: 'nonsense is refused as before',
      says: expect.stringContaining('TypeError: Failed to execute'),
    },
  ] as const)('$promise', async ({ promise, says }, { shop, page }) => {
    openOs21(shop);
    await enter(page, PRODUCT);
    await page.route('**/cart/add', (request) => request.abort());
    expect(await page.evaluate(asks[promise])).toEqual(says);
    await expectReported(shop, page, OPENED);
  });
});

describe('an add that the shop refuses is none', () => {
  test.for([
    { how: 'by its status', button: '#add' },
    { how: 'by a message in a good answer', button: '#add-sticky' },
  ])('$how', async ({ button }, { shop, page }) => {
    const cart = openOs21(shop);
    await enter(page, PRODUCT);
    await add(page, 99, button);
    expect(cart.lines).toEqual([]);
    await expectReported(shop, page, OPENED);
  });

  test('by no answer at all', async ({ shop, page }) => {
    openOs21(shop);
    await enter(page, PRODUCT);
    await page.route('**/cart/add*', (request) => request.abort());
    await add(page, 1);
    await expectReported(shop, page, OPENED);
  });
});

test('adds are counted by what was added, removals by what was taken out', async ({ shop, page }) => {
  openOs21(shop);
  await enter(page, PRODUCT);
  await add(page, 1);
  await add(page, 2, '#add-sticky');
  await setQuantity(page, SMALL, 1);
  await expectReported(shop, page, [
    ...OPENED,
    added(SMALL, 1),
    added(SMALL, 2),
    [PRODUCT, 'Product Removed', { ...known(SMALL, 2), ...CART }],
  ]);
});

test('a product is viewed once, though each variant has an address', async ({ shop, page }) => {
  openOs21(shop, { marksAddress: true });
  await enter(page, PRODUCT);
  await choose(page, LARGE);
  await choose(page, SMALL);
  await add(page, 1);
  await expectReported(shop, page, [...OPENED, added(SMALL, 1)]);
});
