import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrives, arrivesInAll, html, inTime, invoke, snippet, test } from '../support/shopper.ts';
import { OK, type Reply, type Storefront } from '../support/storefront.ts';

const idsOf = (shop: Storefront, event: string) =>
  shop.posts
    .flatMap(({ batch }) => batch)
    .filter((message) => message.event === event)
    .map(({ messageId }) => messageId);

describe('the last thing a visitor does on a page is not lost', () => {
  const link =
    '<a href="/next" data-sb-event="Promotion Clicked" data-sb-promotion-id="spring">Spring teas</a>';
  const button = `<button onclick="storebeacon.track('Promotion Clicked'); location.href = '/next'">Spring teas</button>`;
  test.for([
    { what: 'a link', body: link, next: html('', '') },
    { what: 'a link, to a page with us on it', body: link, next: html('', snippet({ captures: 'forms' })) },
    { what: 'a button of the shop’s own', body: button, next: html('', '') },
  ])('a click on $what, which leads away, is counted once', async ({ body, next }, { shop, page }) => {
    shop.put('/', html(body));
    shop.put('/next', next);
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.click('a, button');
    await page.waitForURL('**/next');
    await arrives(shop, ['page', 'Promotion Clicked']);
    await arrivesInAll(shop, page, ['page', 'Promotion Clicked']);
    expect(new Set(idsOf(shop, 'Promotion Clicked')).size).toBe(1);
  });

  test('a tab closed at once', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    await invoke(page, 'track', 'Last Words');
    await page.close({ runBeforeUnload: true });
    await arrives(shop, ['page', 'Last Words']);
  });
});

describe('while the collector cannot take messages they wait', () => {
  const OUTAGES: { outage: string; reply: Reply }[] = [
    { outage: 'cannot be reached', reply: 'down' },
    { outage: 'answers 500', reply: { status: 500 } },
    { outage: 'is behind a proxy that answers 502', reply: { status: 502 } },
    { outage: 'cannot write', reply: { status: 503, headers: { 'Retry-After': '5' } } },
    { outage: 'has heard too much', reply: { status: 429, headers: { 'Retry-After': '5' } } },
  ];
  test.for(OUTAGES)(
    'it $outage on the first page and is back on the next: nothing is lost',
    async ({ reply }, { shop, page }) => {
      await page.clock.install();
      shop.put('/', html());
      shop.put('/next', html());
      shop.reply = reply;
      await page.goto('/');
      for (const event of ['Size Guide Opened', 'Chat Opened', 'Chat Closed'])
        await invoke(page, 'track', event);
      await inTime(page, () => shop.posts.length > 1);
      shop.reply = OK;
      await page.goto('/next');
      const names = ['page', 'Size Guide Opened', 'Chat Opened', 'Chat Closed', 'page'];
      await inTime(page, () => shop.stored().length >= names.length);
      await arrivesInAll(shop, page, names);
      expect(new Set(idsOf(shop, 'Chat Opened')).size).toBe(1);
    },
  );

  test('a try that fails is followed by one that succeeds, with the same id', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html());
    shop.reply = () => (shop.posts.length === 0 ? { status: 500 } : OK);
    await page.goto('/');
    await inTime(page, () => shop.stored().length > 0);
    await arrivesInAll(shop, page, ['page']);
    const [failed, succeeded] = shop.posts.map(({ batch }) => batch[0]?.messageId);
    expect(succeeded).toBe(failed);
  });

  test.for([
    { where: 'beside the shop', endpoint: undefined },
    { where: 'on an origin of its own', endpoint: 'collector' as const },
  ])(
    'a collector $where that asks for half a minute is left alone so long, on the next page too',
    async ({ endpoint }, { shop, page }) => {
      await page.clock.install();
      const head = snippet(endpoint && { endpoint: shop.collector });
      shop.put('/', html('', head));
      shop.put('/next', html('', head));
      shop.reply = { status: 503, headers: { 'Retry-After': '30' } };
      await page.goto('/');
      await expect.poll(() => shop.posts.length, { timeout: 5_000 }).toBe(1);
      // The answer has reached the page once a later request's answer has.
      await page.evaluate(() => fetch('/a-moment-later'));
      await page.clock.runFor(14_000);
      shop.reply = OK;
      await page.goto('/next');
      await invoke(page, 'track', 'Chat Opened');
      await page.clock.runFor(14_000);
      await page.evaluate(() => fetch('/a-moment-later'));
      expect(shop.posts.length).toBe(1);
      await inTime(page, () => shop.stored().length >= 3);
      await arrivesInAll(shop, page, ['page', 'page', 'Chat Opened']);
    },
  );

  test.for([
    { age: 'six days', days: 6, names: ['page', 'Long Ago', 'page'] },
    { age: 'eight days', days: 8, names: ['page'] },
  ])(
    'after $age the visitor returns: messages are kept for a week',
    async ({ days, names }, { shop, page }) => {
      await page.clock.install();
      shop.put('/', html());
      shop.reply = { status: 500 };
      await page.goto('/');
      await invoke(page, 'track', 'Long Ago');
      await expect.poll(() => shop.posts.length).toBeGreaterThan(0);
      await page.goto('/elsewhere');
      await page.clock.fastForward(days * 86_400_000);
      shop.reply = OK;
      await page.goto('/');
      await inTime(page, () => shop.stored().length >= names.length);
      await arrivesInAll(shop, page, names);
    },
  );
});

describe('however much there is', () => {
  const TEA = '高山烏龍茶，手採，清香。';
  const pages = ['page', 'page', 'page'];
  const many = Array.from({ length: 60 }, (_, nth) => `Event ${nth}`);

  test('it leaves in pieces of at most 60 KB, by beacon too, and nothing is lost', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.evaluate(
      ([names, text]) => {
        for (const name of names) window.storebeacon?.track(name, { text });
      },
      [many, TEA.repeat(60)] as const,
    );
    await page.goto('/');
    await page.goto('/');
    await arrives(shop, [...pages, ...many]);
    const kilobytes = shop.posts.map(({ body }) => Buffer.byteLength(body) / 1024);
    expect(Math.max(...kilobytes)).toBeLessThanOrEqual(60);
  });

  test('two tabs tell and send at the same time, and one is closed: nothing is lost', async ({
    shop,
    page,
    visitor,
  }) => {
    shop.put('/', html());
    shop.reply = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return OK;
    };
    const other = await visitor.newPage();
    await Promise.all([page.goto('/'), other.goto('/')]);
    const invokeAll = async (tab: Page, name: string) => {
      await invoke(tab, 'anonymousId');
      await tab.evaluate(async (name) => {
        for (let nth = 0; nth < 20; nth++) {
          window.storebeacon?.track(`${name} ${nth}`);
          await new Promise((resolve) => setTimeout(resolve, 40));
        }
      }, name);
    };
    await Promise.all([invokeAll(page, 'Left'), invokeAll(other, 'Right')]);
    await other.close({ runBeforeUnload: true });
    const reportedEvents = ['Left', 'Right'].flatMap((name) =>
      Array.from({ length: 20 }, (_, nth) => `${name} ${nth}`),
    );
    await arrives(shop, ['page', 'page', ...reportedEvents]);
  });
});

test.for([
  { whose: 'beside the shop', at: () => '' },
  { whose: 'on another port', at: (shop: Storefront) => shop.collector },
  { whose: 'on another site', at: (shop: Storefront) => shop.collector.replace('127.0.0.1', 'localhost') },
])('a collector $whose hears everything', async ({ at }, { shop, page }) => {
  shop.put('/', html('', snippet({}, `${at(shop)}/s.js`)));
  await page.goto('/');
  await arrives(shop, ['page']);
  await invoke(page, 'track', 'Chat Opened');
  await arrives(shop, ['page', 'Chat Opened']);
  await invoke(page, 'track', 'Chat Closed');
  await arrivesInAll(shop, page, ['page', 'Chat Opened', 'Chat Closed']);
  expect(new Set(shop.posts.map(({ origin }) => origin))).toEqual(new Set([shop.origin]));
});
