import { expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { PRODUCT, SMALL, TEA, type Variant } from '../../support/storefronts/catalogue.ts';
import { DESCRIBED_ORDER, SUMS, visited } from '../../support/storefronts/expected.ts';
import { openJsonLdShop } from '../../support/storefronts/json-ld-shop.ts';
import { described, expectReported, marked, type Reported } from '../../support/storefronts/reported.ts';
import { add, enter, visit } from '../../support/storefronts/visit.ts';

const changed = (variant: Variant, quantity: number) => marked(variant, quantity);
const VIEWED = { ...described(TEA), variant_id: SMALL.sku };

test('a whole visit is told once, by JSON-LD and markup', {
  timeout: 60_000,
}, async ({ shop, page }) => {
  openJsonLdShop(shop);
  await visit(page);
  const expected = visited({
    checkout: '/checkout',
    thanks: '/thanks',
    viewed: VIEWED,
    added: changed,
    removed: changed,
    cart: SUMS.goods,
    started: SUMS.goods,
    paid: SUMS.whole,
    order: DESCRIBED_ORDER,
  });
  await expectReported(shop, page, expected);
});

test('pressed twice, a button has added twice', async ({ shop, page }) => {
  const cart = openJsonLdShop(shop);
  await enter(page, PRODUCT);
  await add(page, 1, '#add', 2_000);
  await add(page, 1);
  expect(cart.lines).toEqual([{ sku: SMALL.sku, quantity: 2 }]);
  const ADDED: Reported = [PRODUCT, 'Product Added', marked(SMALL, 1)];
  await expectReported(shop, page, [
    [PRODUCT, 'page', {}],
    [PRODUCT, 'Product Viewed', VIEWED],
    ...[ADDED, ADDED],
  ]);
});
