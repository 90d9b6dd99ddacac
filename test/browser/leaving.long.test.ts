import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { holdAnswers, ids, many, sent, silentPage, trackAll } from '../support/delivery.ts';
import { arrives, arrivesInAll, html, invoke, test } from '../support/shopper.ts';

const ACT = 'Promotion Clicked';

describe('twelve times a visitor acts and is gone in the same moment: each act is counted once', () => {
  const WAYS: { way: string; body: string; leave: (page: Page) => Promise<unknown> }[] = [
    {
      way: 'by a link',
      body: `<a href="/next" data-sb-event="${ACT}">Spring teas</a>`,
      leave: (page) => page.click('a'),
    },
    {
      way: 'by location.href',
      body: `<button onclick="storebeacon.track('${ACT}'); location.href = '/next'">Spring teas</button>`,
      leave: (page) => page.click('button'),
    },
    {
      way: 'by closing the tab',
      body: '',
      leave: async (page) => {
        await page.evaluate((act) => window.storebeacon?.track(act), ACT);
        await page.close();
      },
    },
  ];
  test.for(WAYS)('$way', async ({ body, leave }, { shop, visitor }) => {
    shop.put('/', html(body, silentPage()));
    shop.put('/next', html('', silentPage()));
    for (let nth = 1; nth <= 12; nth++) {
      const page = await visitor.newPage();
      await page.goto('/');
      await invoke(page, 'anonymousId');
      await leave(page);
      await expect.poll(() => ids(shop, ACT).size, { timeout: 8_000, interval: 10 }).toBe(nth);
      if (!page.isClosed()) await page.waitForURL('**/next');
      await page.close();
    }
    const last = await visitor.newPage();
    await last.goto('/next');
    await arrivesInAll(
      shop,
      last,
      many(12).map(() => ACT),
    );
    expect(ids(shop, ACT).size).toBe(12);
  });
});

describe('a page that is put away and comes back', () => {
  test('by the back button: what was told before and after is counted once each', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await invoke(page, 'track', 'Chat Opened');
    const show = (type: string) =>
      page.evaluate((type) => dispatchEvent(new PageTransitionEvent(type, { persisted: true })), type);
    await show('pagehide');
    await show('pageshow');
    await invoke(page, 'track', 'Chat Closed');
    await show('pagehide');
    await arrives(shop, ['page', 'page', 'Chat Opened', 'Chat Closed']);
    await show('pageshow');
    await arrivesInAll(shop, page, ['page', 'page', 'page', 'Chat Opened', 'Chat Closed']);
    expect(ids(shop, 'Chat Opened').size).toBe(1);
  });

  test('frozen by a phone before anything was sent: another tab sends it, once', async ({
    shop,
    page,
    visitor,
  }) => {
    shop.put('/', html('', silentPage()));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    const control = await visitor.newCDPSession(page);
    await page.evaluate(() => window.storebeacon?.track('Chat Opened'));
    await control.send('Page.setWebLifecycleState', { state: 'frozen' });
    const other = await visitor.newPage();
    await other.goto('/');
    await invoke(other, 'track', 'Size Guide Opened');
    await arrives(shop, ['Chat Opened', 'Size Guide Opened']);
    await control.send('Page.setWebLifecycleState', { state: 'active' });
    await invoke(page, 'track', 'Chat Closed');
    await arrivesInAll(shop, page, ['Chat Opened', 'Size Guide Opened', 'Chat Closed']);
    expect(sent(shop, 'Chat Opened').length).toBe(1);
  });

  test('frozen in the middle of a request: when the visitor leaves the other tab nothing is held back', async ({
    shop,
    page,
    visitor,
  }) => {
    shop.put('/', html('', silentPage()));
    await page.goto('/');
    const { letGo, started } = holdAnswers(shop);
    await invoke(page, 'track', 'Chat Opened');
    await expect.poll(started, { timeout: 5_000 }).toBe(1);
    const control = await visitor.newCDPSession(page);
    await control.send('Page.setWebLifecycleState', { state: 'frozen' });
    letGo();
    const other = await visitor.newPage();
    await other.goto('/');
    await invoke(other, 'track', 'Size Guide Opened');
    await other.goto('/elsewhere');
    await arrives(shop, ['Chat Opened', 'Size Guide Opened']);
    await control.send('Page.setWebLifecycleState', { state: 'active' });
    await arrivesInAll(shop, page, ['Chat Opened', 'Size Guide Opened']);
  });
});

describe('a poor line', () => {
  test('offline for a while: what happened then arrives when the line is back, once', async ({
    shop,
    page,
    visitor,
  }) => {
    shop.put('/', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    await visitor.setOffline(true);
    const failed = page.waitForEvent('requestfailed');
    for (const event of ['Chat Opened', 'Chat Closed']) await invoke(page, 'track', event);
    await failed;
    expect(shop.names()).toEqual(['page']);
    await visitor.setOffline(false);
    await arrives(shop, ['page', 'Chat Opened', 'Chat Closed']);
    await arrivesInAll(shop, page, ['page', 'Chat Opened', 'Chat Closed']);
    expect(ids(shop, 'Chat Opened').size).toBe(1);
  });

  test('slow 3G, and the visitor goes on while a request is under way', async ({ shop, page, visitor }) => {
    shop.put('/', html(`<a href="/next" data-sb-event="${ACT}">Spring teas</a>`));
    shop.put('/next', html());
    await page.goto('/');
    await arrives(shop, ['page']);
    const control = await visitor.newCDPSession(page);
    await control.send('Network.enable');
    await control.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 50_000,
      uploadThroughput: 50_000,
    });
    const underWay = page.waitForRequest('**/v1/b');
    await trackAll(page, many(20), { text: 'x'.repeat(500) });
    await underWay;
    await page.click('a');
    await page.waitForURL('**/next');
    const names = ['page', 'page', ACT, ...many(20)];
    await arrives(shop, names);
    await arrivesInAll(shop, page, names);
    expect(ids(shop, ACT).size).toBe(1);
  });
});
