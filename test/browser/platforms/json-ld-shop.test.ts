import { expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { PRODUCT, SMALL } from '../../support/storefronts/catalogue.ts';
import { events, pages } from '../../support/storefronts/expected.ts';
import { openJsonLdShop } from '../../support/storefronts/json-ld-shop.ts';
import { about, expectReported, many, maybe } from '../../support/storefronts/reported.ts';
import { add, start, visit } from '../../support/storefronts/visit.ts';

const PLATFORM = { checkout: '/checkout', thanks: '/thanks', cartId: undefined, checkoutId: undefined };

test('a whole visit is told once, by JSON-LD and markup', { timeout: 60_000 }, async ({ shop, page }) => {
  openJsonLdShop(shop);
  await visit(page);
  await expectReported(shop, page, pages(PLATFORM), events(PLATFORM));
});

test('pressed twice, a button has added twice', async ({ shop, page }) => {
  const cart = openJsonLdShop(shop);
  await start(page, PRODUCT);
  await add(page, 1, '#add', 2_000);
  await add(page, 1);
  expect(cart.lines).toEqual([{ sku: SMALL.sku, quantity: 2 }]);
  const ADDED = [PRODUCT, 'Product Added', many(SMALL, 1)] as [string, string, unknown];
  await expectReported(
    shop,
    page,
    [PRODUCT],
    [[PRODUCT, 'Product Viewed', about(SMALL, maybe(1))], ADDED, ADDED],
  );
});
