import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrives, arrivesInAll, html, inTime, invoke, snippet, test } from '../support/shopper.ts';
import { OK, type Storefront } from '../support/storefront.ts';

const STUB = readFileSync(new URL('../../client/demo/stub.js', import.meta.url), 'utf8');
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const paths = (shop: Storefront) => shop.stored().map(({ context }) => context.page.path);

describe('every page a visitor sees is counted', () => {
  test('when it loads', async ({ shop, page }) => {
    shop.put('/teas', html());
    await page.goto('/teas?utm_source=mail');
    await arrivesInAll(shop, page, ['page']);
    expect(shop.stored()).toMatchObject([
      {
        type: 'page',
        messageId: expect.stringMatching(UUID),
        anonymousId: expect.stringMatching(UUID),
        context: {
          page: { url: `${shop.origin}/teas?utm_source=mail`, path: '/teas', title: 'Dewleaf Teas' },
        },
      },
    ]);
    const [post] = shop.posts;
    expect(post).toMatchObject({ path: '/v1/b', contentType: expect.stringContaining('text/plain') });
    expect(JSON.parse(post?.body ?? '')).toMatchObject({ writeKey: 'shop-1', sentAt: expect.any(String) });
  });

  test('when a shop without reloads shows another, and when the visitor goes back there', async ({
    shop,
    page,
  }) => {
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.evaluate(() => history.pushState(null, '', '/teas'));
    await arrives(shop, ['page', 'page']);
    await page.evaluate(() => history.back());
    await arrives(shop, ['page', 'page', 'page']);
    expect(paths(shop)).toEqual(['/', '/teas', '/']);
  });

  test('but not when a link jumps within the page, or a router notes where the visitor had scrolled to', async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.evaluate(() => {
      location.hash = 'reviews';
      history.replaceState({ y: 480 }, '');
    });
    await page.clock.runFor(5_000);
    await arrivesInAll(shop, page, ['page']);
  });

  // The headless Chromium has no back-forward cache, so the two events it would bring are dispatched by hand.
  test('when it comes back from the back-forward cache', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    });
    await arrivesInAll(shop, page, ['page', 'page']);
  });
});

test('what the shop’s code says before we are there arrives, in the order it was said', async ({
  shop,
  page,
}) => {
  const early = `
    storebeacon.identify('customer-7', { plan: 'gold' });
    storebeacon.track('Size Guide Opened', { size: 'M' });
    storebeacon.page({ name: 'Fitting room' });
    storebeacon.track('Chat Opened');
    storebeacon.ready((api) => { document.title = api.anonymousId(); });`;
  shop.put(
    '/',
    html('', `<script>${STUB}</script><script>${early}</script>${snippet({ captures: 'forms' })}`),
  );
  await page.goto('/');
  const userId = 'customer-7';
  await expect.poll(() => shop.names()).toEqual(['identify', 'Size Guide Opened', 'page', 'Chat Opened']);
  expect(shop.stored()).toMatchObject([
    { type: 'identify', userId, traits: { plan: 'gold' } },
    { type: 'track', userId, properties: { size: 'M' } },
    { type: 'page', userId, properties: { name: 'Fitting room' } },
    { type: 'track', userId, event: 'Chat Opened' },
  ]);
  expect(await page.title()).toBe(shop.stored()[0]?.anonymousId);
});

describe('who it was', () => {
  const ids = (shop: Storefront) => [...new Set(shop.stored().map(({ anonymousId }) => anonymousId))];
  const cookie = async (page: Page) =>
    (await page.context().cookies()).find(({ name }) => name === '_sb_id')?.value;

  test('a visitor is the same on every page, and after cookies or storage were cleared', async ({
    shop,
    page,
  }) => {
    shop.put('/', html());
    const visit = async (nth: number) => {
      await page.goto('/');
      await arrives(shop, Array(nth).fill('page'));
    };
    await visit(1);
    await visit(2);
    const id = await invoke(page, 'anonymousId');
    expect(await cookie(page)).toBe(id);

    await page.context().clearCookies();
    await visit(3);
    expect(await cookie(page)).toBe(id);
    await page.evaluate(() => localStorage.clear());
    await visit(4);
    // What the cookie has healed must hold without it.
    await page.context().clearCookies();
    await visit(5);
    expect(ids(shop)).toEqual([id]);
    expect(await cookie(page)).toBe(id);
  });

  test('after reset() it is somebody new, and what had not left never leaves', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html());
    shop.reply = { status: 503, headers: { 'Retry-After': '10' } };
    await page.goto('/');
    await invoke(page, 'identify', 'customer-7');
    await invoke(page, 'track', 'Before the log-out');
    const before = await invoke(page, 'anonymousId');
    await expect.poll(() => shop.posts.length).toBeGreaterThan(0);
    await invoke(page, 'reset');
    await invoke(page, 'track', 'After the log-out');
    shop.reply = OK;
    await inTime(page, () => shop.stored().length > 0);
    await arrivesInAll(shop, page, ['After the log-out']);
    const [after] = shop.stored();
    expect(after?.userId ?? '').toBe('');
    expect(after?.anonymousId).toMatch(UUID);
    expect(after?.anonymousId).not.toBe(before);
  });
});

describe('which ad they came from', () => {
  test('the click id of the address, with the moment it was seen; a newer one wins', async ({
    shop,
    page,
  }) => {
    shop.put('/', html());
    await page.clock.install();
    await page.context().addCookies([{ name: '_ttp', value: 'ttp-of-the-pixel', url: shop.origin }]);
    const startMs = Date.now();
    const visit = async (path: string) => {
      const nth = shop.stored().length;
      await page.goto(path);
      await arrives(shop, Array(nth + 1).fill('page'));
      await page.clock.fastForward(60_000);
      return shop.stored()[nth]?.context.tiktok;
    };
    const first = await visit('/?ttclid=E.C.P.first');
    expect(first).toMatchObject({ ttclid: 'E.C.P.first', ttp: 'ttp-of-the-pixel' });
    expect(Math.abs(Date.parse(first?.ttclid_at ?? '') - startMs)).toBeLessThan(10_000);
    expect(await visit('/')).toEqual(first);
    expect(await visit('/?ttclid=E.C.P.first')).toEqual(first);

    const second = await visit('/?ttclid=E.C.P.second');
    expect(second).toMatchObject({ ttclid: 'E.C.P.second' });
    expect(Date.parse(second?.ttclid_at ?? '')).toBeGreaterThanOrEqual(startMs + 180_000);
    expect(await visit('/')).toEqual(second);
    const cookies = Object.fromEntries(
      (await page.context().cookies()).map(({ name, value }) => [name, value]),
    );
    expect(cookies).toMatchObject({ ttclid: 'E.C.P.second', _sb_tt: expect.any(String) });
  });

  test('the campaign of the address', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto(
      '/?utm_source=tiktok&utm_medium=paid&utm_campaign=spring&utm_term=oolong&utm_content=film-2&utm_id=MA_9',
    );
    await arrives(shop, ['page']);
    expect(shop.stored()[0]?.context.campaign).toEqual({
      source: 'tiktok',
      medium: 'paid',
      name: 'spring',
      term: 'oolong',
      content: 'film-2',
      id: 'MA_9',
    });
  });
});
