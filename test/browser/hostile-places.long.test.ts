import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrives, arrivesInAll, html, inTime, invoke, snippet, test } from '../support/shopper.ts';

const button = '<button data-sb-event="Chat Opened">Chat</button>';
/** The shop's own page works: it says so in its title. */
const own = `<script nonce="own">addEventListener('load', () => { document.title = 'loaded'; });</script>`;
const stub = `<script nonce="own">window.storebeacon = window.storebeacon || ['page', 'track'].reduce(
  (s, m) => (s[m] = (...a) => s.q.push([m, ...a]), s), { q: [] })</script>`;

const callStub = (page: Page) =>
  page.evaluate(() => {
    window.storebeacon?.track('Size Guide Opened');
    window.storebeacon?.page();
  });

describe('a content security policy', () => {
  test('that forbids our script: the page works, and its calls do no harm', async ({ shop, page }) => {
    shop.put('/', html(button + own, stub + snippet()), {
      'Content-Security-Policy': "script-src 'nonce-own'",
    });
    await page.goto('/');
    await page.waitForFunction(() => document.title === 'loaded');
    await callStub(page);
    await page.click('button');
    await page.goto('/elsewhere');
    await page.evaluate(() => fetch('/a-moment-later'));
    expect(shop.posts).toEqual([]);
  });

  test('that forbids to send: the page works, and a page that may send does it later', async ({
    shop,
    page,
  }) => {
    shop.put('/', html(button + own), { 'Content-Security-Policy': "connect-src 'none'" });
    shop.put('/free', html());
    await page.goto('/');
    await page.waitForFunction(() => document.title === 'loaded');
    await invoke(page, 'track', 'Size Guide Opened');
    await page.click('button');
    await page.waitForFunction(() => Number(localStorage.getItem('_sb_w')) > Date.now());
    expect(shop.posts).toEqual([]);
    await page.goto('/free');
    await arrives(shop, ['page', 'Size Guide Opened', 'Chat Opened', 'page']);
  });

  test('that asks for trusted types: what we load by ourselves is missing, the rest works', async ({
    shop,
    page,
  }) => {
    const head = snippet({
      debug: '',
      'consent-tool': 'auto',
      'data-layer': 'dataLayer',
      pixel: 'mirror',
      domains: 'pay.example',
    });
    shop.put('/', html(button + own, `<script>window.Shopline = {};</script>${head}`), {
      'Content-Security-Policy': "require-trusted-types-for 'script'",
    });
    await page.goto('/');
    await page.waitForFunction(() => document.title === 'loaded');
    await invoke(page, 'track', 'Size Guide Opened');
    await page.click('button');
    // Without `markup.js`, markup is not reported.
    await arrivesInAll(shop, page, ['page', 'Size Guide Opened']);
  });
});

describe('inside a frame', () => {
  test.for([
    {
      frame: 'of another site',
      html: (origin: string) => `<iframe src="${origin.replace('127.0.0.1', 'localhost')}/frame"></iframe>`,
      origin: /localhost/,
    },
    {
      frame: 'without an origin, storage or cookies',
      html: () => '<iframe sandbox="allow-scripts" src="/frame"></iframe>',
      origin: /^null$/,
    },
  ])('$frame everything arrives, once', async ({ html: frame, origin }, { shop, page }) => {
    shop.put('/', `<!doctype html><title>Around</title>${frame(shop.origin)}`);
    shop.put('/frame', html(button + own));
    await page.goto('/');
    const inside = page.frameLocator('iframe');
    await page
      .frames()
      .at(-1)
      ?.waitForFunction(() => document.title === 'loaded');
    await inside.locator('button').click();
    await arrives(shop, ['page', 'Chat Opened']);
    await arrivesInAll(shop, page, ['page', 'Chat Opened']);
    for (const post of shop.posts) expect(post.origin).toMatch(origin);
    const [one, two] = shop.stored();
    expect(one?.anonymousId).toBe(two?.anonymousId);
  });
});

describe('what lies in the storage', () => {
  test('fills it to the last character: everything arrives all the same', async ({ shop, page }) => {
    shop.put('/', html(button + own));
    await page.goto('/elsewhere');
    await page.evaluate(() => {
      let text = 'x'.repeat(1_000_000);
      for (let nth = 0; text; nth++) {
        try {
          localStorage.setItem(`shop-${nth}`, text);
        } catch {
          text = text.slice(text.length / 2 + 0.5);
        }
      }
    });
    await page.goto('/');
    await page.waitForFunction(() => document.title === 'loaded');
    await page.click('button');
    await invoke(page, 'identify', 'customer-7');
    await arrivesInAll(shop, page, ['page', 'Chat Opened', 'identify']);
    expect(new Set(shop.stored().map(({ anonymousId }) => anonymousId)).size).toBe(1);
  });

  test.for(['{broken', '', 'null', '{"type":"track"}},{', '\ud800'])(
    'is a message that reads "%s": the others are not held up for ever',
    async (text, { shop, page }) => {
      await page.clock.install();
      await page.route('**/v1/b', async (route) => {
        let isGood = false;
        try {
          const { batch } = JSON.parse(route.request().postData() ?? '') as {
            batch: ({ messageId?: string } | null)[];
          };
          isGood = batch.every((message) => message?.messageId);
        } catch {}
        await (isGood ? route.continue() : route.fulfill({ status: 400, json: { code: 'invalid-json' } }));
      });
      shop.put('/', html(button + own));
      await page.goto('/elsewhere');
      await page.evaluate((text) => localStorage.setItem(`_sb_q.shop-1.${Date.now() - 1_000}.x`, text), text);
      await page.goto('/');
      await page.click('button');
      await inTime(page, () => shop.stored().length >= 2);
      await arrivesInAll(shop, page, ['page', 'Chat Opened']);
      expect(
        await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('.x'))),
      ).toEqual([]);
    },
  );

  test.for(['{broken', 'null', '7', '[]'])(
    'is, in the place of what we remember, %s: the page works and nothing is lost',
    async (text, { shop, page }) => {
      shop.put('/', html(button + own));
      await page.goto('/elsewhere');
      await page.evaluate((text) => localStorage.setItem('_sb', text), text);
      await page.goto('/');
      await page.waitForFunction(() => document.title === 'loaded');
      await page.click('button');
      await arrives(shop, ['page', 'Chat Opened']);
    },
  );
});

test.for([
  { jump: 'an hour', ms: 3_600_000 },
  { jump: 'ten years', ms: 10 * 365 * 86_400_000 },
])(
  'the clock is set back by $jump: nothing waits until that time comes again',
  async ({ ms }, { shop, page }) => {
    await page.clock.install();
    shop.put('/', html());
    await page.goto('/');
    await inTime(page, () => shop.stored().length >= 1);
    await page.clock.setSystemTime(Date.now() - ms);
    await invoke(page, 'track', 'Chat Opened');
    await inTime(page, () => shop.names().includes('Chat Opened'));
    await invoke(page, 'track', 'Chat Closed');
    await inTime(page, () => shop.names().includes('Chat Closed'));
  },
);

test('a data layer of five megabytes is read, and stays the shop’s', async ({ shop, page }) => {
  const fill = `window.dataLayer = Array.from({ length: 5_000 }, (_, nth) => ({ event: 'scroll', at: nth, text: 'x'.repeat(1_000) }));
    dataLayer.push({ event: 'view_item', ecommerce: { currency: 'TWD', items: [{ item_id: 'T-1', item_name: 'Oolong', price: 480 }] } });
    dataLayer.push({ event: 'add_to_cart', ecommerce: { currency: 'TWD', items: [{ item_id: 'T-1', price: 480, quantity: 2, note: 'x'.repeat(1_000_000) }] } });`;
  shop.put('/', html(own, `<script>${fill}</script>${snippet({ 'data-layer': 'dataLayer' })}`));
  await page.goto('/');
  await page.waitForFunction(() => document.title === 'loaded');
  await arrives(shop, ['page', 'Product Viewed', 'Product Added']);
  const added = shop.stored().find(({ event }) => event === 'Product Added');
  expect(added?.properties).toMatchObject({ product_id: 'T-1', price: 480, quantity: 2, currency: 'TWD' });
  expect(await page.evaluate('[dataLayer.length, dataLayer.push === Array.prototype.push]')).toEqual([
    5_002,
    true,
  ]);
});
