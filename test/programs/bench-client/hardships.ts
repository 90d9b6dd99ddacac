import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { OK, type Storefront } from '../../support/storefront.ts';
import { actAndLeave, WAYS } from './leave.ts';
import { act, arrive, countDelivered, isReady, putPage, type Visit } from './visit.ts';

export interface Tally {
  sent: number;
  delivered: number;
}

/** Acts are reported while something is wrong. */
type Hardship = (browser: Browser, shop: Storefront) => Promise<Tally>;

const TIMEOUT_MS = 30_000;

export const HARDSHIPS: Readonly<Record<string, Hardship>> = {
  'the collector is down for the first 30 s of a visit': async (browser, shop) => {
    shop.reply = 'down';
    const { visitor, page } = await arrive(browser, shop, (page) => page.clock.install());
    const ids = newIds(12);
    for (const [nth, id] of ids.entries()) {
      if (nth % 4 === 0) {
        await page.goto(nth % 8 === 0 ? '/' : '/next');
        await isReady(page);
      }
      await act(page, id);
      await page.clock.runFor(30_000 / ids.length);
    }
    shop.reply = OK;
    // Ten minutes are more than the longest pause between two tries.
    for (let second = 0; second < 600 && (await countDelivered(shop, ids, 0)) < ids.length; second++)
      await page.clock.runFor(1000);
    const delivered = await countDelivered(shop, ids, TIMEOUT_MS);
    await visitor.close();
    return { sent: ids.length, delivered };
  },

  'the network is slow 3G, and the page is left at once': async (browser, shop) => {
    const ids = newIds(6);
    let delivered = 0;
    for (const [nth, id] of ids.entries()) {
      const way = Object.values(WAYS)[nth % 3];
      if (way && (await actAndLeave(browser, shop, way, id, { timeoutMs: TIMEOUT_MS, prepare: slow3g })))
        delivered++;
    }
    return { sent: ids.length, delivered };
  },

  'the visitor is offline for a while': whileReporting({
    before: ({ visitor }) => visitor.setOffline(true),
    // Long enough for a try that fails.
    after: async ({ visitor }) => {
      await delay(1500);
      await visitor.setOffline(false);
    },
  }),

  'the tab is frozen for a while': whileReporting({
    after: async ({ page }) => {
      await setState(page, 'frozen');
      await delay(1500);
      await setState(page, 'active');
    },
  }),

  'the tab is frozen and thrown away; the visitor returns': whileReporting({
    after: async ({ page, visitor }) => {
      await setState(page, 'frozen');
      await page.close();
      await (await visitor.newPage()).goto('/');
    },
  }),
};

/** Puts up the pages that hardships happen on. */
export const prepareShop = (shop: Storefront) => {
  for (const path of ['/', '/next']) putPage(shop, path, '');
  shop.reply = OK;
};

let numbered = 0;
/** New ids for acts. */
const newIds = (count: number) => Array.from({ length: count }, () => `hardship-${numbered++}`);

type Step = (visit: Visit) => Promise<unknown>;
/** A visitor acts three times; before or after that, something happens to them. */
function whileReporting({ before, after }: { before?: Step; after: Step }): Hardship {
  return async (browser, shop) => {
    const visit = await arrive(browser, shop);
    const ids = newIds(3);
    await before?.(visit);
    for (const id of ids) await act(visit.page, id);
    await after(visit);
    const delivered = await countDelivered(shop, ids, TIMEOUT_MS);
    await visit.visitor.close();
    return { sent: ids.length, delivered };
  };
}

/** As Chromium's own preset has it: 400 kbit/s both ways, an answer takes two seconds. */
async function slow3g(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const bytesPerSecond = (400 * 1000) / 8;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 2000,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

/** As a browser does to tabs out of sight. */
async function setState(page: Page, state: 'frozen' | 'active'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state });
}
