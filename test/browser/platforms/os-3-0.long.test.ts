import { describe, expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { CART_TOKEN } from '../../support/storefronts/cart.ts';
import { PRODUCT, SMALL } from '../../support/storefronts/catalogue.ts';
import { visited } from '../../support/storefronts/expected.ts';
import { openOs30 } from '../../support/storefronts/os-3-0.ts';
import { expectReported, known, type Reported } from '../../support/storefronts/reported.ts';
import { add, edit, enter, setQuantity, visit } from '../../support/storefronts/visit.ts';

const CART = { cart_id: CART_TOKEN };
const PAGE: Reported = [PRODUCT, 'page', {}];
/** A theme's events do not say what a product is called; the page's JSON-LD does. */
const OPENED: Reported[] = [PAGE, [PRODUCT, 'Product Viewed', known(SMALL, 1)]];
const added = (quantity: number): Reported => [
  PRODUCT,
  'Product Added',
  { ...known(SMALL, quantity), ...CART },
];

describe('a whole visit is told once, by theme events, cart requests and JSON-LD', () => {
  test.for([
    { prices: 'in major units', habits: {} },
    {
      prices: 'in hundredths on pages and major units in the cart',
      habits: { viewedUnit: 100 } as const,
    },
    {
      prices: 'in hundredths, and we are late',
      habits: { viewedUnit: 100, addedUnit: 100, isLate: true } as const,
    },
  ])('with prices $prices', { timeout: 60_000 }, async ({ habits }, { shop, page }) => {
    openOs30(shop, habits);
    await visit(page);
    await expectReported(shop, page, visited({ viewed: known(SMALL, 1) }));
  });
});

describe('a theme without JSON-LD is understood by its events, those before us too', () => {
  test.for([
    { prices: 'in major units', habits: {} },
    {
      prices: 'in hundredths',
      habits: { viewedUnit: 100, addedUnit: 100 } as const,
    },
  ])('with prices $prices, told right or not at all', async ({ habits }, { shop, page }) => {
    openOs30(shop, { ...habits, hasJsonLd: false, isLate: true });
    await enter(page, PRODUCT);
    await add(page, 2);
    const { name: _, price: __, value: ___, ...unnamed } = known(SMALL, 1);
    await expectReported(shop, page, [PAGE, [PRODUCT, 'Product Viewed', unnamed], added(2)]);
  });
});

test('adds are counted by what was added, removals by what was taken out', async ({ shop, page }) => {
  openOs30(shop, { viewedUnit: 100 });
  await enter(page, PRODUCT);
  await add(page, 1, '#add', 2_000);
  await add(page, 1, '#add', 2_000);
  await add(page, 3);
  await setQuantity(page, SMALL, 1);
  await expectReported(shop, page, [
    ...OPENED,
    ...[added(1), added(1), added(3)],
    [PRODUCT, 'Product Removed', { ...known(SMALL, 4), ...CART }],
  ]);
});

test('an add that the shop refuses is none', async ({ shop, page }) => {
  const cart = openOs30(shop);
  await enter(page, PRODUCT);
  await add(page, 99);
  expect(cart.lines).toEqual([]);
  await expectReported(shop, page, OPENED);
});

test('in the theme editor nothing is told', async ({ shop, page }) => {
  const cart = openOs30(shop, { designMode: true });
  await edit(page);
  expect(cart.lines).toHaveLength(1);
  expect(shop.posts).toEqual([]);
});
