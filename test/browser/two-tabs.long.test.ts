import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { holdAnswers, ids, many, silentPage } from '../support/delivery.ts';
import { arrives, arrivesInAll, html, inTime, invoke, test } from '../support/shopper.ts';
import { OK } from '../support/storefront.ts';

describe('two tabs of one visitor', () => {
  const withoutLocks = () => Reflect.deleteProperty(Navigator.prototype, 'locks');
  const PLACES = [
    { place: 'where tabs can lock', make: () => {} },
    { place: 'where they cannot', make: withoutLocks },
  ];
  test.for(PLACES)('$place: while one sends the other waits', async ({ make }, { shop, page, visitor }) => {
    await visitor.addInitScript(make);
    shop.put('/', html('', silentPage()));
    const other = await visitor.newPage();
    await other.clock.install();
    await Promise.all([page.goto('/'), other.goto('/')]);
    await Promise.all([invoke(page, 'anonymousId'), invoke(other, 'anonymousId')]);
    // Neither looks until told to: two that look in the very same moment are another matter.
    await other.clock.pauseAt(Date.now() + 1_000);
    const { letGo, started } = holdAnswers(shop);
    // Sent at once, not at the next look.
    await invoke(page, 'identify', 'customer-7');
    await expect.poll(started, { timeout: 5_000 }).toBe(1);
    await invoke(other, 'track', 'Size Guide Opened');
    await invoke(other, 'identify', 'customer-7');
    await other.clock.runFor(3_000);
    await other.evaluate(() => fetch('/a-moment-later'));
    expect(started()).toBe(1);
    letGo();
    await inTime(other, () => shop.names().length >= 3);
    await arrivesInAll(shop, page, ['identify', 'Size Guide Opened', 'identify']);
  });

  // Two that look in the same moment may both send: the same messages, which count once.
  test('who speak at the same time have each message counted once', async ({ shop, page, visitor }) => {
    shop.put('/', html('', silentPage()));
    shop.reply = async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return OK;
    };
    const other = await visitor.newPage();
    await Promise.all([page.goto('/'), other.goto('/')]);
    const invokeAll = async (tab: Page, names: string[]) => {
      for (const name of names) {
        // Identifies are sent at once, not at the next look.
        await invoke(tab, 'identify', { email: `${name.replace(' ', '')}@shop.example` });
        await invoke(tab, 'track', name);
      }
    };
    const [left, right] = [many(15, 'Left'), many(15, 'Right')];
    await Promise.all([invokeAll(page, left), invokeAll(other, right)]);
    const names = [...left, ...right, ...[...left, ...right].map(() => 'identify')];
    await arrives(shop, names);
  });

  test.for(
    PLACES.flatMap((place) => [
      { ...place, end: 'crashes' },
      { ...place, end: 'is closed' },
    ]),
  )(
    '$place: one $end in the middle of a request, the other sends all there is',
    async ({ make, end }, { shop, page, visitor }) => {
      await visitor.addInitScript(make);
      shop.put('/', html('', silentPage()));
      const other = await visitor.newPage();
      await Promise.all([page.goto('/'), other.goto('/')]);
      const { letGo, started } = holdAnswers(shop);
      await invoke(page, 'track', 'Chat Opened');
      await expect.poll(started, { timeout: 5_000 }).toBeGreaterThan(0);
      if (end === 'is closed') await page.close();
      else {
        const crashed = page.waitForEvent('crash');
        const control = await visitor.newCDPSession(page);
        void control.send('Page.crash').catch(() => {});
        await crashed;
      }
      letGo();
      shop.reply = OK;
      await invoke(other, 'track', 'Size Guide Opened');
      await arrives(shop, ['Chat Opened', 'Size Guide Opened']);
      await arrivesInAll(shop, other, ['Chat Opened', 'Size Guide Opened']);
      expect(ids(shop, 'Chat Opened').size).toBe(1);
    },
  );
});
