import type { BrowserContext, Page } from 'playwright-core';
import { test as base, expect } from 'vitest';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { launchChromium } from './chromium.ts';
import { openShopHosts, type ShopHosts } from './shop-hosts.ts';
import { html, invoke } from './shopper.ts';

export const [WWW, CHECKOUT, SHOP] = [
  'www.dewleaf-teas.com',
  'checkout.dewleaf-teas.com',
  'shop.dewleaf-teas.com',
];
export const COLLECT = 'collect.dewleaf-teas.com';
/** The same shop's checkout, on a domain of its own. */
export const PAY = 'pay.tea-checkout.com';
export const TENANTS = [
  { suffix: 'github.io', one: 'tea-and-co.github.io', other: 'coffee-and-co.github.io' },
  { suffix: 'myshopline.com', one: 'tea-and-co.myshopline.com', other: 'coffee-and-co.myshopline.com' },
];
const HOSTS = [WWW, CHECKOUT, SHOP, PAY, ...TENANTS.flatMap(({ one, other }) => [one, other])];
export const NONE = { advertising: false, analytics: false, marketing: false };
export const ALL = { advertising: true, analytics: true, marketing: true };

/** A test with shops on many hosts, one real collector, and a new visitor. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launchChromium({ hosts: 'loopback' });
    onCleanup(() => browser.close());
    return browser;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend('shops', { scope: 'file' }, async ({}, { onCleanup }) => {
    const cleaners: (() => Promise<void> | void)[] = [];
    onCleanup(async () => {
      for (const clean of cleaners.reverse()) await clean();
    });
    return openShopHosts(HOSTS, (clean) => cleaners.push(clean));
  })
  .extend('visitor', async ({ browser, shops }, { onCleanup }): Promise<BrowserContext> => {
    const visitor = await browser.newContext({ ignoreHTTPSErrors: true });
    visitor.setDefaultTimeout(10_000);
    const errors: string[] = [];
    visitor.on('weberror', (found) => errors.push(found.error().message));
    onCleanup(async () => {
      shops.held = Promise.resolve();
      await visitor.close();
      expect(errors).toEqual([]);
    });
    for (const host of HOSTS) shops.put(host, html('', shops.tag({}, COLLECT)));
    return visitor;
  })
  .extend('page', async ({ visitor }): Promise<Page> => visitor.newPage());

/** The message of this name that the visitor's latest action brings, once the collector has answered. */
export async function next(
  shops: ShopHosts,
  name: string,
  host: string,
  act: () => Promise<unknown>,
  page: Page,
) {
  const before = shops.stored(name, host).length;
  const answered = page.context().waitForEvent('response', (answer) => answer.url().endsWith('/v1/b'));
  await act();
  await expect.poll(() => shops.stored(name, host).length, { timeout: 8_000 }).toBeGreaterThan(before);
  await (await answered).finished();
  return shops.stored(name, host)[before] ?? expect.unreachable();
}
export const open = (shops: ShopHosts, page: Page, hostAndPath: string) =>
  next(shops, 'page', hostAndPath.split('/')[0] ?? '', () => page.goto(shops.url(hostAndPath)), page);
export const track = (shops: ShopHosts, page: Page, host: string, event: string) =>
  next(shops, event, host, () => invoke(page, 'track', event), page);
export const idOf = async (message: Promise<ProtectedEvent>) => (await message).identity.anonymousId;
