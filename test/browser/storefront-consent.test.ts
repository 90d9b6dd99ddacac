import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrives, arrivesInAll, html, inTime, invoke, snippet, test } from '../support/shopper.ts';
import { OK, type Storefront } from '../support/storefront.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const asking = snippet({ consent: 'denied' });
const button = '<button data-sb-event="Chat Opened">Chat</button>';
const AD = '/?ttclid=E.C.P.spring&utm_source=tiktok&utm_id=MA_9';
/** Anything that tells this visitor from another one. */
const TRACES = /[\da-f]{8}-[\da-f]{4}-|customer-7|E\.C\.P|ttp-of|order-1001|Opened/;

/** Everything a page may leave in a browser. */
async function traces(page: Page) {
  const cookies = (await page.context().cookies()).map(({ name }) => name);
  const stored = await page.evaluate(async () => ({
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    databases: await indexedDB.databases(),
  }));
  return { cookies, ...stored };
}
const NOTHING = { cookies: [], local: '{}', session: '{}', databases: [] };
const DENIED = 'Consent Denied';
const choices = (shop: Storefront) =>
  shop.stored().map(({ context }) => context.consent?.categoryPreferences);

describe('a shop that asks first', () => {
  test('nothing is kept and nothing is sent before the visitor has chosen', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html(button, asking));
    await page.goto(AD);
    await invoke(page, 'track', 'Size Guide Opened');
    await invoke(page, 'identify', 'customer-7', { email: 'lin@shop.example' });
    await invoke(page, 'anonymousId');
    await page.click('button');
    await page.clock.runFor(60_000);
    expect(await traces(page)).toEqual(NOTHING);
    await arrivesInAll(shop, page, []);
    expect(shop.posts).toEqual([]);
    expect(await traces(page)).toEqual(NOTHING);
  });

  test('after a yes what was held arrives, with that choice and the ad it came from', async ({
    shop,
    page,
  }) => {
    shop.put('/', html(button, asking));
    await page.goto(AD);
    await invoke(page, 'track', 'Size Guide Opened');
    await page.click('button');
    await invoke(page, 'consent', ALL);
    await arrivesInAll(shop, page, ['page', 'Size Guide Opened', 'Chat Opened']);
    expect(choices(shop)).toEqual([ALL, ALL, ALL]);
    expect(shop.stored()[0]?.context).toMatchObject({
      tiktok: { ttclid: 'E.C.P.spring' },
      campaign: { source: 'tiktok', id: 'MA_9' },
    });
    const { cookies } = await traces(page);
    expect(cookies.sort()).toEqual(['_sb_id', '_sb_s', '_sb_tt', 'ttclid']);
  });

  test('no more than 50 events are held, the newest', async ({ shop, page }) => {
    shop.put('/', html('', snippet({ consent: 'denied', captures: 'forms' })));
    await page.goto('/');
    const all = Array.from({ length: 60 }, (_, nth) => `Event ${nth}`);
    for (const event of all) await invoke(page, 'track', event);
    await invoke(page, 'consent', ALL);
    await arrivesInAll(shop, page, all.slice(10));
  });

  test('after a no what was held is dropped and nothing is left behind, on later pages too', async ({
    shop,
    page,
  }) => {
    shop.put('/', html(button, asking));
    await page.goto(AD);
    await invoke(page, 'track', 'Size Guide Opened');
    await invoke(page, 'consent', NONE);
    for (const path of ['/', AD]) {
      await page.goto(path);
      await invoke(page, 'track', 'Size Guide Opened');
      await page.click('button');
    }
    await arrivesInAll(shop, page, []);
    expect(shop.posts).toEqual([]);
    const { cookies, local } = await traces(page);
    expect(cookies).toEqual([]);
    expect(local).not.toMatch(TRACES);
  });
});

describe('who takes a yes back is forgotten', () => {
  test('their cookies, their ids and what had not left', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html());
    await page.goto(AD);
    await invoke(page, 'identify', 'customer-7');
    const before = ['page', 'identify'];
    await inTime(page, () => shop.stored().length >= before.length);
    shop.reply = { status: 503, headers: { 'Retry-After': '5' } };
    await invoke(page, 'track', 'Size Guide Opened');
    await inTime(page, () => shop.posts.at(-1)?.batch[0]?.event === 'Size Guide Opened');
    await invoke(page, 'consent', NONE);
    shop.reply = OK;
    for (const path of ['/', AD]) {
      await invoke(page, 'track', 'Chat Opened');
      await page.clock.runFor(60_000);
      await page.goto(path);
    }
    await arrivesInAll(shop, page, [...before, DENIED]);
    const { cookies, local } = await traces(page);
    expect(cookies).toEqual([]);
    expect(local).not.toMatch(TRACES);
  });

  test('what they had ordered', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    await invoke(page, 'track', 'Order Completed', { order_id: 'order-1001', total: 480, currency: 'TWD' });
    await arrives(shop, ['page', 'Order Completed']);
    await invoke(page, 'consent', NONE);
    await arrives(shop, ['page', 'Order Completed', DENIED]);
    await expect.poll(async () => (await traces(page)).local, { timeout: 5_000 }).not.toMatch(TRACES);
  });
});

describe('the denial of every purpose reaches the collector, once', () => {
  const ids = (shop: Storefront) => new Set(shop.stored().map(({ anonymousId }) => anonymousId));
  const denied = (shop: Storefront) => shop.stored().filter(({ event }) => event === DENIED);

  test('while the page stays: with the id and the choice, and nothing else of the visitor', async ({
    shop,
    page,
  }) => {
    shop.put('/', html(button));
    await page.goto(AD);
    await invoke(page, 'identify', 'customer-7');
    await arrives(shop, ['page', 'identify']);
    await invoke(page, 'consent', NONE);
    await arrives(shop, ['page', 'identify', DENIED]);
    await page.click('button');
    await page.reload();
    await arrivesInAll(shop, page, ['page', 'identify', DENIED]);
    expect(ids(shop).size).toBe(1);
    expect(denied(shop)).toEqual([
      {
        type: 'track',
        event: DENIED,
        messageId: expect.any(String),
        timestamp: expect.any(String),
        anonymousId: [...ids(shop)][0],
        context: { consent: { categoryPreferences: NONE } },
        properties: {},
      },
    ]);
    expect(shop.posts.filter(({ body }) => body.includes(DENIED))).toHaveLength(1);
  });

  test('when the visitor leaves in the same moment', async ({ shop, page }) => {
    shop.put('/', html());
    shop.put('/next', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.evaluate((choice) => {
      window.storebeacon?.consent(choice);
      location.href = '/next';
    }, NONE);
    await page.waitForURL('**/next');
    await arrivesInAll(shop, page, ['page', DENIED]);
  });

  test('when the visitor is offline, and what waited does not', async ({ shop, page, visitor }) => {
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await visitor.setOffline(true);
    await invoke(page, 'track', 'Chat Opened');
    await invoke(page, 'consent', NONE);
    await invoke(page, 'reset');
    await visitor.setOffline(false);
    await page.goto('/');
    await arrivesInAll(shop, page, ['page', DENIED]);
  });

  test('of a visitor without an id on SHOPLINE: by the digest of the cart', async ({ shop, page }) => {
    const cart = '7b1f2c9d0e5a4b3c';
    const early = `<script>window.Shopline = {}; document.cookie = 't_cart=${cart}';
      window.storebeacon = { q: [['consent', ${JSON.stringify(NONE)}]] }</script>`;
    shop.put('/', html('', early + snippet()));
    await page.goto('/');
    await arrives(shop, [DENIED]);
    await page.goto('/');
    await arrivesInAll(shop, page, [DENIED]);
    const [message] = denied(shop);
    expect(message).not.toHaveProperty('anonymousId');
    expect(message?.properties).toEqual({
      cart_id_sha256: createHash('sha256').update(cart).digest('hex'),
    });
    expect((await traces(page)).cookies).toEqual(['t_cart']);
  });
});

test('what nobody chose is assumed, until somebody does', async ({ shop, page }) => {
  shop.put('/', html());
  await page.goto('/');
  await invoke(page, 'track', 'Chat Opened');
  await invoke(page, 'consent', ALL);
  await invoke(page, 'track', 'Chat Closed');
  await arrives(shop, ['page', 'Chat Opened', 'Chat Closed']);
  expect(shop.stored().map(({ context }) => context.consent)).toEqual([
    { categoryPreferences: ALL, assumed: true },
    { categoryPreferences: ALL, assumed: true },
    { categoryPreferences: ALL },
  ]);
});

describe('without advertising no ad id leaves the browser', () => {
  const withoutAds = { ...ALL, advertising: false };
  const visit = async (shop: Storefront, page: Page) => {
    await page.context().addCookies([{ name: '_ttp', value: 'ttp-of-the-pixel', url: shop.origin }]);
    await page.goto(AD);
  };
  const expectNoAdId = async (shop: Storefront, page: Page, names: string[]) => {
    await arrives(shop, names);
    expect(choices(shop)).toEqual(names.map(() => withoutAds));
    for (const { context } of shop.stored()) expect(context.tiktok ?? {}).toEqual({});
    expect((await traces(page)).cookies.sort()).toEqual(['_sb_id', '_sb_s', '_ttp']);
  };

  test('when the visitor allows the other purposes', async ({ shop, page }) => {
    shop.put('/', html('', asking));
    await visit(shop, page);
    await invoke(page, 'consent', withoutAds);
    await expectNoAdId(shop, page, ['page']);
  });

  test('when the browser sends Global Privacy Control, whatever was said', async ({ shop, page }) => {
    await page.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    );
    shop.put('/', html());
    await visit(shop, page);
    await expectNoAdId(shop, page, ['page']);
    await invoke(page, 'consent', ALL);
    await invoke(page, 'track', 'Chat Opened');
    await expectNoAdId(shop, page, ['page', 'Chat Opened']);
  });

  test('when a yes to advertising is taken back', async ({ shop, page }) => {
    shop.put('/', html());
    await visit(shop, page);
    await arrives(shop, ['page']);
    expect(shop.stored()[0]?.context.tiktok).toMatchObject({
      ttclid: 'E.C.P.spring',
      ttp: 'ttp-of-the-pixel',
    });
    await invoke(page, 'consent', { advertising: false });
    await page.goto('/');
    await arrives(shop, ['page', 'Consent Updated', 'page']);
    for (const { context } of shop.stored().slice(1)) expect(context.tiktok ?? {}).toEqual({});
    expect((await traces(page)).cookies.sort()).toEqual(['_sb_id', '_sb_s', '_ttp']);
  });
});

describe('what visitors type into forms', () => {
  const SIGN_UP = `<form id="sign-up" action="/welcome" method="post">
    <input name="email" type="email" value="lin@shop.example">
    <input name="phone" type="tel" value="0912 345 678">
    <input name="password" type="password" value="hunter2-hunter2">
    <input name="shown" type="text" autocomplete="new-password" value="hunter2-hunter2">
    <button>Join</button></form>`;
  const NEWSLETTER = `<form id="newsletter" onsubmit="event.preventDefault()">
    <input name="email" type="email" value="lin@shop.example"><button>Subscribe</button></form>`;

  test.for([
    { choice: 'nobody asked', consent: undefined },
    { choice: 'marketing was refused', consent: { ...ALL, marketing: false } },
  ])('stays there when $choice', async ({ consent }, { shop, page }) => {
    shop.put('/', html(SIGN_UP));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    if (consent) await invoke(page, 'consent', consent);
    await page.click('button');
    await page.waitForURL('**/welcome');
    await arrivesInAll(shop, page, ['page', ...(consent ? ['Consent Updated'] : [])]);
    for (const { body } of shop.posts) expect(body).not.toMatch(/lin@|hunter2|0912 345|0912345678/);
  });

  test.for([
    { form: 'a sign-up form', body: SIGN_UP },
    { form: 'a newsletter form without a reload', body: NEWSLETTER },
  ])(
    '$form tells who it is once marketing was allowed, and never a password',
    async ({ body }, { shop, page }) => {
      shop.put('/', html(body, asking));
      await page.goto('/');
      await invoke(page, 'consent', { marketing: true });
      // The file that reads forms is fetched when a visitor enters one.
      await page.evaluate(() => document.querySelector<HTMLElement>('[type=email]')?.focus());
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/forms.js')),
      );
      await page.click('button');
      await arrivesInAll(shop, page, ['page', 'identify']);
      const identify = shop.stored().find(({ type }) => type === 'identify');
      expect(identify?.traits).toMatchObject({ email: 'lin@shop.example' });
      for (const post of shop.posts) expect(post.body).not.toContain('hunter2');
    },
  );
});
