import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { arrives } from '../shopper.ts';
import type { Storefront } from '../storefront.ts';
import { type Item, SHOWN, sum, TEA, type Variant } from './catalogue.ts';

/** Where it happened, what (`page`, or an event's name), and with which properties. */
export type Reported = [path: string, name: string, properties: object];

/** Everything that was stored, in the order in which it happened; of one millisecond, in the order in which it came. */
export const reportedBy = (shop: Storefront): Reported[] =>
  shop
    .stored()
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp))
    // Within an app, a page view has no properties.
    .map(({ context, type, event, properties = {} }) => [context.page.path, event ?? type, properties]);

/** The visitor leaves. This is what has arrived, in this order, each with exactly these properties. */
export async function expectReported(shop: Storefront, page: Page, expected: Reported[]): Promise<void> {
  await page.goto('/elsewhere');
  await expect
    .poll(() => shop.names().length >= expected.length, {
      timeout: 3_000,
      interval: 25,
    })
    .toBe(true)
    // A missing event is reported by the comparison below.
    .catch(() => {});
  await page.evaluate(() => fetch('/a-moment-later'));
  expect(reportedBy(shop)).toEqual(expected);
  await arrives(
    shop,
    expected.map(([, name]) => name),
  );
}

/** What so many of them cost. */
export const priced = ({ price }: Variant, quantity = 1) => ({
  price,
  value: sum([price * quantity]),
  currency: SHOWN,
});

/** So many of the tea, as SHOPLINE's buses and carts report it. */
export const known = (variant: Variant, quantity: number) => ({
  product_id: TEA.id,
  variant_id: variant.sku,
  name: TEA.name,
  quantity,
  ...priced(variant, quantity),
});

/** So many of the tea, as a shop's own markup reports it. */
export const marked = (variant: Variant, quantity: number) => {
  const { variant_id: sku, ...product } = known(variant, quantity);
  return { ...product, sku };
};

/** An item by its first variant, as JSON-LD describes it: with the variant's id in the place of the merchant's SKU. */
export const described = ({ id, handle, name, variants: [variant] }: Item) => ({
  product_id: id,
  sku: variant.sku,
  name,
  url: `/products/${handle}`,
  ...priced(variant),
});
