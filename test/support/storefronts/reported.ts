import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { EVENT_NAMES } from '../../../shared/names.ts';
import { arrives } from '../shopper.ts';
import type { Sent, Storefront } from '../storefront.ts';
import { type Item, SHOWN, sum, TEA, type Variant } from './catalogue.ts';

/** Where it happened, what, and with which properties. */
export type Reported = [path: string, event: string, properties: unknown];

/** Properties that a source may report or leave out. Every other property must be expected. */
const FREE = new Set([
  ...['category', 'brand', 'variant', 'url', 'image_url', 'position', 'list_id', 'coupon'],
  ...['shipping', 'tax', 'discount', 'subtotal', 'revenue', 'affiliation', 'payment_method', 'step'],
]);

/** A property that may be missing; if it is there, it is this. */
class Maybe {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}
export const maybe = (value: unknown): unknown => new Maybe(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const mapObject = (object: object, change: (value: unknown, name: string) => unknown) => {
  const entries = Object.entries(object).map(([name, value]) => [name, change(value, name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
};

/** What the contract has a word in. On the wire null is as good as missing. */
const promised = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(promised);
  if (!isObject(value)) return value ?? undefined;
  return mapObject(value, (inner, name) => (FREE.has(name) ? undefined : promised(inner)));
};

/** The expectation without its maybes, each decided by what there is, so that a failure shows nothing but failures. */
const decide = (expected: unknown, found: unknown): unknown => {
  if (expected instanceof Maybe) return found === undefined ? undefined : decide(expected.value, found);
  if (Array.isArray(expected)) {
    const list: unknown[] = Array.isArray(found) ? found : [];
    return expected.map((one, index) => decide(one, list[index]));
  }
  // Anything with a class of its own is vitest's.
  if (!isObject(expected) || Object.getPrototypeOf(expected) !== Object.prototype) return expected;
  const other = isObject(found) ? found : {};
  return mapObject(expected, (one, name) => decide(one, other[name]));
};

/** Pairs the nth event of a name with the nth reported one of that name. */
const decideAll = (events: Reported[], found: Reported[]) =>
  events.map((one, index) => {
    const isNamed = ([, event]: Reported) => event === one[1];
    return decide(one, found.filter(isNamed)[events.slice(0, index).filter(isNamed).length]);
  });

const NAMES: readonly string[] = EVENT_NAMES;
const rank = ({ event = '' }: Sent) => NAMES.indexOf(event);

/** Every event of the visit, those of one name by time, the names in the order a shopper meets them. */
export const reportedEvents = (shop: Storefront): Reported[] =>
  shop
    .stored()
    .filter(({ type }) => type === 'track')
    .sort((a, b) => rank(a) - rank(b) || a.timestamp.localeCompare(b.timestamp))
    .map(({ context, event = '', properties }) => [context.page.path, event, promised(properties)]);

/** The paths that were counted as page views. */
const viewed = (shop: Storefront) =>
  shop
    .stored()
    .filter(({ type }) => type === 'page')
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp))
    .map(({ context }) => context.page.path);

/** The visitor leaves. These page views and these events have arrived, each with exactly these properties. */
export async function expectReported(
  shop: Storefront,
  page: Page,
  pages: string[],
  events: Reported[],
): Promise<void> {
  await page.goto('/elsewhere');
  const names = events.map(([, event]) => event);
  await expect
    .poll(() => shop.names().length >= pages.length + names.length, { timeout: 3_000, interval: 25 })
    .toBe(true)
    // A missing event is reported by the comparison below.
    .catch(() => {});
  await page.evaluate(() => fetch('/a-moment-later'));
  const found = reportedEvents(shop);
  expect(found).toEqual(decideAll(events, found));
  expect(viewed(shop)).toEqual(pages);
  await arrives(shop, [...pages.map(() => 'page'), ...names]);
}

/** An item in a list: its first variant. */
export const listed = ({ id, name, variants: [{ sku, price }] }: Item) => ({
  product_id: id,
  sku: maybe(sku),
  variant_id: maybe(sku),
  name,
  price,
  value: price,
  currency: SHOWN,
});

const product = ({ sku, price }: Variant) => ({
  product_id: TEA.id,
  // JSON-LD has the variant's id in the place of the merchant's SKU.
  sku: maybe(sku),
  variant_id: maybe(sku),
  name: TEA.name,
  price,
});

/** The tea in an event about one product. */
export const about = (variant: Variant, quantity: unknown, units = 1) => ({
  ...product(variant),
  quantity,
  value: sum([variant.price * units]),
  currency: SHOWN,
});

/** So many of the tea, in the cart or out of it. */
export const many = (variant: Variant, quantity: number) => about(variant, quantity, quantity);

/** What so many of them cost. */
export const priced = ({ price }: Variant, quantity: number) => ({
  price,
  value: sum([price * quantity]),
  currency: SHOWN,
});

/** The tea among the products of a cart or an order, where not every source knows everything. */
export const line = (variant: Variant, quantity: number) => ({
  product_id: TEA.id,
  quantity,
  sku: maybe(variant.sku),
  variant_id: maybe(variant.sku),
  name: maybe(TEA.name),
  price: maybe(variant.price),
  value: maybe(sum([variant.price * quantity])),
  currency: maybe(SHOWN),
});
