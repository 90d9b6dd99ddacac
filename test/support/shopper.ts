import type { BrowserContext, Page } from 'playwright-core';
import { test as base, expect } from 'vitest';
import type { Storebeacon } from '../../client/snippet/api.ts';
import { launchChromium } from './chromium.ts';
import { openStorefront, type Storefront } from './storefront.ts';

/** What a shop's own scripts throw where a test lets them. Any other error on a page fails the test. */
export const OWN_MISTAKE = 'the shop’s own mistake';

/**
 * A test with a shop, a new visitor, and their first tab. One browser serves a whole file.
 * Whatever the test is about, nothing may be thrown into the shop's pages, and the contract must accept every message.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launchChromium();
    onCleanup(() => browser.close());
    return browser;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend('shop', async ({}, { onCleanup }) => {
    const shop = await openStorefront();
    onCleanup(shop.close);
    return shop;
  })
  .extend('visitor', async ({ browser, shop }, { onCleanup }): Promise<BrowserContext> => {
    const visitor = await browser.newContext({ baseURL: shop.origin });
    visitor.setDefaultTimeout(10_000);
    const errors: string[] = [];
    visitor.on('weberror', (found) => errors.push(found.error().message));
    onCleanup(async () => {
      await visitor.close();
      expect(errors.filter((message) => !message.includes(OWN_MISTAKE))).toEqual([]);
      expect(shop.rejections).toEqual([]);
    });
    return visitor;
  })
  .extend('page', async ({ visitor }): Promise<Page> => visitor.newPage());

const toAttribute = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');

/** Attributes as HTML; objects as JSON. */
export const attributes = (values: Record<string, unknown>) =>
  Object.entries(values)
    .map(
      ([name, value]) =>
        `${name}="${toAttribute(typeof value === 'string' ? value : JSON.stringify(value))}"`,
    )
    .join(' ');

/** The one line that installs us; by default in a shop that does not ask for consent. `data` are its attributes without `data-`. */
export const snippet = (data: Record<string, string> = {}, src = '/s.js') => {
  const named = Object.entries({ key: 'shop-1', consent: 'granted', ...data });
  const tag = { src, ...Object.fromEntries(named.map(([name, value]) => [`data-${name}`, value])) };
  return `<script async ${attributes(tag)}></script>`;
};

/** A page with the snippet in its head, or with another head. */
export const html = (body = '', head = snippet()) =>
  `<!doctype html><html lang="en"><head><title>Dewleaf Teas</title>${head}</head><body>${body}</body></html>`;

/** Waits until the snippet is there, then calls it as the shop's own code would. */
export async function invoke<Method extends keyof Storebeacon>(
  page: Page,
  method: Method,
  ...args: unknown[]
): Promise<unknown> {
  await page.waitForFunction(() => typeof window.storebeacon?.anonymousId === 'function');
  return page.evaluate(
    ([name, values]) => {
      const api = window.storebeacon as unknown as Record<string, (...args: unknown[]) => unknown>;
      return api[name]?.(...values);
    },
    [method, args] as const,
  );
}

const sorted = (names: string[]) => [...names].sort();

/** These messages arrive, in whatever order, and no others until then. */
export const arrives = (shop: Storefront, names: string[]) =>
  expect
    .poll(() => sorted(shop.names()), { timeout: 20_000, interval: 25, message: 'what arrived' })
    .toEqual(sorted(names));

/** The visitor leaves, so that nothing is held back any longer: these messages have arrived, and no others. */
export async function arrivesInAll(shop: Storefront, page: Page, names: string[]): Promise<void> {
  await page.goto('/elsewhere');
  await arrives(shop, names);
  await page.evaluate(() => fetch('/a-moment-later'));
  expect(sorted(shop.names())).toEqual(sorted(names));
}

/** Lets time pass for the pages of an installed clock, a second at a time, until it is so. */
export const inTime = (page: Page, isSo: () => boolean) =>
  expect
    .poll(
      async () => {
        await page.clock.runFor(1_000);
        return isSo();
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(true);
