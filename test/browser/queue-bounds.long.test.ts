import { describe, expect } from 'vitest';
import { holdAnswers, many, reportedLost, silentPage, sum, trackAll } from '../support/delivery.ts';
import { html, inTime, invoke, test } from '../support/shopper.ts';
import { OK } from '../support/storefront.ts';

describe('more than a browser may keep, while the collector is down', () => {
  test.for([
    { bound: '200 messages', count: 260, properties: {} },
    // Each is about 2,500 characters long.
    { bound: '100,000 characters', count: 60, properties: { text: 'x'.repeat(2_000) } },
  ])(
    'the oldest go beyond $bound, and the collector is told how many',
    async ({ count, properties }, { shop, page }) => {
      await page.clock.install();
      shop.put('/', html('', silentPage()));
      shop.reply = { status: 503 };
      await page.goto('/');
      await invoke(page, 'anonymousId');
      const names = many(count);
      await trackAll(page, names, properties);
      await inTime(page, () => shop.posts.length > 0);
      shop.reply = OK;
      await inTime(page, () => shop.names().includes(names.at(-1) ?? ''));
      const stored = shop.names();
      expect(stored).toEqual(names.slice(-stored.length));
      expect(stored.length).toBeGreaterThan(30);
      expect(stored.length).toBeLessThanOrEqual(Math.min(200, count - 1));
      const [first, ...remaining] = reportedLost(shop);
      expect(first).toBe(count - stored.length);
      expect(sum(remaining)).toBe(0);
      await invoke(page, 'track', 'Chat Opened');
      await inTime(page, () => shop.names().includes('Chat Opened'));
      expect(reportedLost(shop).at(-1)).toBe(0);
    },
  );

  test('what is lost while a request is under way is told with the next', async ({ shop, page }) => {
    shop.put('/', html('', silentPage()));
    shop.reply = { status: 503 };
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await trackAll(page, many(210));
    await expect.poll(() => shop.posts.length, { timeout: 5_000 }).toBeGreaterThan(0);
    const { letGo, started } = holdAnswers(shop);
    await expect.poll(started, { timeout: 8_000 }).toBe(1);
    await trackAll(page, many(50, 'Late'));
    // It looks at the queue twice a second.
    await page.waitForFunction(() => JSON.parse(localStorage.getItem('_sb') ?? '{}').lost > 10);
    letGo();
    await expect.poll(() => shop.names().includes('Late 49'), { timeout: 8_000 }).toBe(true);
    expect(sum(reportedLost(shop))).toBe(260 - shop.names().length);
  });
});
