import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrivesInAll, html, invoke, snippet, test } from '../support/shopper.ts';
import type { Storefront } from '../support/storefront.ts';

const jsonLd = (data: object) => `<script type="application/ld+json">${JSON.stringify(data)}</script>`;
const OOLONG = { '@type': 'Product', sku: 'SKU-1', name: 'Oolong' };
const CUP = { '@type': 'Product', sku: 'SKU-2', name: 'Cup' };
const LINKS = '<a href="/cup">Cup</a> <a href="/about">About</a>';

function openShop(shop: Storefront): void {
  shop.put('/', html('<a href="/oolong">Oolong</a>'));
  shop.put('/oolong', html(jsonLd(OOLONG) + LINKS));
  shop.put('/cup', html(jsonLd(CUP) + LINKS));
  shop.put('/about', html(LINKS));
}
/** `json-ld.js` does not arrive until the returned function is called. */
async function holdPlugin(visitor: BrowserContext): Promise<() => void> {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await visitor.route('**/json-ld.js', async (route) => {
    await isReleased;
    // Its page may be gone.
    await route.continue().catch(() => {});
  });
  return release;
}
/** A visit of a page with JSON-LD: the snippet has run, the plugin has not arrived. */
async function view(page: Page, path: string): Promise<void> {
  await page.goto(path, { waitUntil: 'commit' });
  await invoke(page, 'anonymousId');
}
const click = async (page: Page, href: string) => {
  await page.click(`a[href="${href}"]`, { noWaitAfter: true });
  await page.waitForURL(`**${href}`, { waitUntil: 'commit' });
  await invoke(page, 'anonymousId');
};
const stored = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('_sb_j')).length);
const views = (shop: Storefront) =>
  shop
    .stored()
    .filter(({ event }) => event === 'Product Viewed')
    .map(({ properties, context }) => [properties.sku, context.page.path]);

const BOTH_VIEWS = [
  ['SKU-1', '/oolong'],
  ['SKU-2', '/cup'],
];

describe('a visitor who clicks on before json-ld.js has arrived', () => {
  test('has viewed every product once, each on its own page', async ({ shop, visitor, page }) => {
    openShop(shop);
    const release = await holdPlugin(visitor);
    await view(page, '/oolong');
    await click(page, '/cup');
    await click(page, '/about');
    expect(await stored(page)).toBe(2);
    release();
    await expect.poll(() => stored(page)).toBe(0);
    await arrivesInAll(shop, page, ['page', 'page', 'page', 'Product Viewed', 'Product Viewed']);
    expect(views(shop).sort()).toEqual(BOTH_VIEWS);
    const [first] = shop.stored();
    for (const { anonymousId } of shop.stored()) expect(anonymousId).toBe(first?.anonymousId);
  });

  test('and closes the tab, has viewed it when they come back', async ({ shop, visitor, page }) => {
    openShop(shop);
    const release = await holdPlugin(visitor);
    await view(page, '/oolong');
    await expect.poll(() => stored(page)).toBe(1);
    await page.close();
    release();
    const next = await visitor.newPage();
    await next.goto('/about');
    await expect.poll(() => stored(next)).toBe(0);
    await arrivesInAll(shop, next, ['page', 'page', 'Product Viewed']);
    expect(views(shop)).toEqual([['SKU-1', '/oolong']]);
  });

  test('to the next page of a router, has viewed both', async ({ shop, visitor, page }) => {
    openShop(shop);
    const release = await holdPlugin(visitor);
    await view(page, '/oolong');
    await expect.poll(() => shop.names()).toEqual(['page']);
    await page.evaluate((cup) => {
      history.pushState(null, '', '/cup');
      const script = document.querySelector('[type="application/ld+json"]') as Element;
      script.textContent = JSON.stringify(cup);
    }, CUP);
    // The title of an app's page may follow its address.
    await expect.poll(() => shop.names(), { timeout: 5_000 }).toEqual(['page', 'page']);
    await click(page, '/about');
    release();
    await expect.poll(() => stored(page)).toBe(0);
    await arrivesInAll(shop, page, ['page', 'page', 'page', 'Product Viewed', 'Product Viewed']);
    expect(views(shop).sort()).toEqual(BOTH_VIEWS);
  });

  test('and denies consent there, has viewed nothing', async ({ shop, visitor, page }) => {
    openShop(shop);
    const release = await holdPlugin(visitor);
    await view(page, '/oolong');
    await click(page, '/about');
    await invoke(page, 'consent', { advertising: false, analytics: false, marketing: false });
    expect(await stored(page)).toBe(0);
    release();
    await click(page, '/cup');
    await page.goto('/elsewhere');
    expect(views(shop)).toEqual([]);
  });

  test('and has not chosen, leaves nothing behind', async ({ shop, visitor, page }) => {
    shop.put('/oolong', html(jsonLd(OOLONG), snippet({ consent: 'denied' })));
    const release = await holdPlugin(visitor);
    await view(page, '/oolong');
    await page.goto('/elsewhere');
    release();
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
    expect(shop.names()).toEqual([]);
  });
});

test('a policy that forbids json-ld.js leaves a bounded store, and the page as it is', async ({
  shop,
  page,
}) => {
  openShop(shop);
  const policy = {
    // 'unsafe-eval' for the test itself.
    'Content-Security-Policy': `script-src 'unsafe-inline' 'unsafe-eval' ${shop.origin}/s.js`,
  };
  for (const path of ['/oolong', '/cup', '/about']) shop.put(path, html(jsonLd(OOLONG) + LINKS), policy);
  for (let visit = 0; visit < 3; visit++) {
    await view(page, '/oolong');
    await click(page, '/cup');
  }
  await click(page, '/about');
  expect(await stored(page)).toBeGreaterThan(0);
  expect(await stored(page)).toBeLessThan(7);
  await page.goto('/elsewhere');
  // An hour later.
  await page.clock.install({ time: Date.now() + 3_700_000 });
  shop.put('/about', html(''), policy);
  await view(page, '/about');
  await expect.poll(() => stored(page)).toBe(0);
});
