import { describe, expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { CART_TOKEN } from '../../support/storefronts/cart.ts';
import { PRODUCT, SMALL, TEA } from '../../support/storefronts/catalogue.ts';
import { events, pages } from '../../support/storefronts/expected.ts';
import { openOs30 } from '../../support/storefronts/os-3-0.ts';
import { about, expectReported, many, maybe, type Reported } from '../../support/storefronts/reported.ts';
import { add, edit, setQuantity, start, visit } from '../../support/storefronts/visit.ts';

/** A theme's events do not say what a product is called; that a page knows it, the whole visit shows. */
const unnamed = { name: maybe(TEA.name) };
const VIEWED: Reported = [PRODUCT, 'Product Viewed', { ...about(SMALL, maybe(1)), ...unnamed }];
const added = (quantity: number): Reported => [
  PRODUCT,
  'Product Added',
  { ...many(SMALL, quantity), ...unnamed, cart_id: CART_TOKEN },
];

describe('a whole visit is told once, by theme events, cart requests and JSON-LD', () => {
  test.for([
    { prices: 'in major units', habits: {} },
    { prices: 'in hundredths on pages and major units in the cart', habits: { viewedUnit: 100 } as const },
    {
      prices: 'in hundredths, and we are late',
      habits: { viewedUnit: 100, addedUnit: 100, isLate: true } as const,
    },
  ])('with prices $prices', { timeout: 60_000 }, async ({ habits }, { shop, page }) => {
    openOs30(shop, habits);
    await visit(page);
    await expectReported(shop, page, pages(), events());
  });
});

describe('a theme without JSON-LD is understood by its events, those before us too', () => {
  test.for([
    { prices: 'in major units', habits: {} },
    { prices: 'in hundredths', habits: { viewedUnit: 100, addedUnit: 100 } as const },
  ])('with prices $prices, told right or not at all', async ({ habits }, { shop, page }) => {
    openOs30(shop, { ...habits, hasJsonLd: false, isLate: true });
    await start(page, PRODUCT);
    await add(page, 2);
    const { price } = SMALL;
    const [, , view] = VIEWED;
    const [, , two] = added(2);
    await expectReported(
      shop,
      page,
      [PRODUCT],
      [
        [PRODUCT, 'Product Viewed', { ...Object(view), price: maybe(price), value: maybe(price) }],
        [PRODUCT, 'Product Added', { ...Object(two), price: maybe(price), value: maybe(2 * price) }],
      ],
    );
  });
});

test('adds are counted by what was added, removals by what was taken out', async ({ shop, page }) => {
  openOs30(shop, { viewedUnit: 100 });
  await start(page, PRODUCT);
  await add(page, 1, '#add', 2_000);
  await add(page, 1, '#add', 2_000);
  await add(page, 3);
  await setQuantity(page, SMALL, 1);
  await expectReported(
    shop,
    page,
    [PRODUCT],
    [
      VIEWED,
      ...[added(1), added(1), added(3)],
      [PRODUCT, 'Product Removed', { ...many(SMALL, 4), cart_id: CART_TOKEN }],
    ],
  );
});

test('an add that the shop refuses is none', async ({ shop, page }) => {
  const cart = openOs30(shop);
  await start(page, PRODUCT);
  await add(page, 99);
  expect(cart.lines).toEqual([]);
  await expectReported(shop, page, [PRODUCT], [VIEWED]);
});

test('in the theme editor nothing is told', async ({ shop, page }) => {
  const cart = openOs30(shop, { designMode: true });
  await edit(page);
  expect(cart.lines).toHaveLength(1);
  expect(shop.posts).toEqual([]);
});
