import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import {
  CHECKOUT,
  COLLECT,
  idOf,
  NONE,
  next,
  open,
  SHOP,
  TENANTS,
  test,
  track,
  WWW,
} from '../support/host-visitor.ts';
import { html, invoke } from '../support/shopper.ts';

const DAY_SECONDS = 86_400;

/** A cookie by the domain it was set for; a leading dot means all of its sub-domains. */
const cookie = async (page: Page, name: string, domain: string) =>
  (await page.context().cookies()).find((found) => found.name === name && found.domain === domain);
const daysLeft = (found: { expires: number } | undefined) =>
  ((found?.expires ?? 0) - Date.now() / 1_000) / DAY_SECONDS;

describe('one visitor on all hosts of a shop', () => {
  test('is one, with the ad that led there, though each host has a storage of its own', async ({
    shops,
    page,
  }) => {
    const first = await open(shops, page, `${WWW}/?ttclid=E.C.P.spring`);
    for (const host of [CHECKOUT, SHOP]) {
      const there = await open(shops, page, `${host}/`);
      expect(there.identity.anonymousId).toBe(first.identity.anonymousId);
      expect(there.context.tiktok).toMatchObject({ ttclid: 'E.C.P.spring' });
      expect(there.context.tiktok?.ttclid_at).toBe(first.context.tiktok?.ttclid_at);
    }
  });

  test('is remembered by the collector for 400 days, the ad for 30 days from the click', async ({
    shops,
    page,
    visitor,
  }) => {
    const tenDaysAgo = Date.now() - 10 * DAY_SECONDS * 1_000;
    const host = { domain: WWW, path: '/', secure: true };
    await visitor.addCookies([
      { name: 'ttclid', value: 'E.C.P.winter', ...host },
      { name: '_sb_tt', value: `${tenDaysAgo}`, ...host },
    ]);
    const { identity } = await open(shops, page, `${WWW}/`);
    const [id, click, clickedAt] = await Promise.all(
      ['_sb_id', 'ttclid', '_sb_tt'].map((name) => cookie(page, name, '.dewleaf-teas.com')),
    );
    expect(id).toMatchObject({ value: identity.anonymousId, secure: true, httpOnly: false, sameSite: 'Lax' });
    expect([click?.value, clickedAt?.value]).toEqual(['E.C.P.winter', `${tenDaysAgo}`]);
    expect(daysLeft(id)).toBeCloseTo(400, 1);
    expect(daysLeft(click)).toBeCloseTo(20, 1);
    expect(daysLeft(clickedAt)).toBeCloseTo(20, 1);
  });

  test.for([
    {
      lost: 'the storage',
      forget: async (page: Page) => void (await page.evaluate(() => localStorage.clear())),
    },
    { lost: 'all cookies', forget: (page: Page) => page.context().clearCookies() },
    {
      lost: 'the storage, and the cookie a script had set',
      forget: async (page: Page) => {
        await page.evaluate(() => localStorage.clear());
        await page.context().clearCookies({ domain: WWW });
      },
    },
  ])('loses $lost and is the same as before, in both places', async ({ forget }, { shops, page }) => {
    const before = await idOf(open(shops, page, `${WWW}/`));
    await forget(page);
    expect(await idOf(open(shops, page, `${WWW}/`))).toBe(before);
    expect((await cookie(page, '_sb_id', '.dewleaf-teas.com'))?.value).toBe(before);
    const stored = await page.evaluate(() => JSON.parse(localStorage.getItem('_sb') ?? '{}').anonymousId);
    expect(stored).toBe(before);
  });

  test('who loses everything is somebody else', async ({ shops, page, visitor }) => {
    const before = await idOf(open(shops, page, `${WWW}/`));
    await page.evaluate(() => localStorage.clear());
    await visitor.clearCookies();
    expect(await idOf(open(shops, page, `${WWW}/`))).not.toBe(before);
  });
});

describe('shops under one public suffix share nothing', () => {
  test.for(
    TENANTS.flatMap((tenant) => [
      { ...tenant, collector: 'on the shop’s own host', at: '' },
      { ...tenant, collector: 'on a third host there', at: `collect.${tenant.suffix}` },
    ]),
  )(
    '$suffix, with the collector $collector',
    async ({ one, other, suffix, at }, { shops, page, visitor }) => {
      for (const host of [one, other]) shops.put(host, html('', shops.tag({}, at)));
      const first = await open(shops, page, `${one}/?ttclid=E.C.P.spring`);
      const second = await open(shops, page, `${other}/`);
      expect(second.identity.anonymousId).not.toBe(first.identity.anonymousId);
      expect(second.context.tiktok?.ttclid).toBeUndefined();
      const domains = (await visitor.cookies()).map(({ domain }) => domain.replace(/^\./, ''));
      expect(new Set(domains)).toEqual(new Set([one, other]));
      expect(domains).not.toContain(suffix);
    },
  );
});

describe('two persons on one device stay two', () => {
  test.for([
    { how: 'the second logs in', act: (page: Page) => invoke(page, 'identify', 'customer-8') },
    { how: 'the first logs out', act: (page: Page) => invoke(page, 'reset') },
  ])('when $how, at once and on later pages', async ({ act }, { shops, page }) => {
    const first = await idOf(open(shops, page, `${WWW}/`));
    await next(shops, 'identify', WWW, () => invoke(page, 'identify', 'customer-7'), page);
    await act(page);
    const second = await track(shops, page, WWW, 'Chat Opened');
    expect(second.identity.anonymousId).not.toBe(first);
    expect(second.identity.userId).not.toBe('customer-7');
    const nextPage = await open(shops, page, `${WWW}/`);
    expect(nextPage.identity).toEqual(second.identity);
  });

  test('when the first logs out while an answer of the collector is on its way', async ({ shops, page }) => {
    shops.put(WWW, html('', shops.tag({ 'cookie-domain': 'dewleaf-teas.com' }, COLLECT)));
    const first = await idOf(open(shops, page, `${WWW}/`));
    let release = () => {};
    shops.held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await invoke(page, 'track', 'Chat Opened');
    await expect
      .poll(() => shops.stored('Chat Opened', WWW).at(-1)?.identity.anonymousId, { timeout: 5_000 })
      .toBe(first);
    await invoke(page, 'reset');
    await invoke(page, 'track', 'Chat Closed');
    const answered = page.waitForEvent('response', (answer) => answer.url().endsWith('/v1/b'));
    release();
    await (await answered).finished();
    expect(await idOf(track(shops, page, WWW, 'Size Guide Opened'))).not.toBe(first);
    expect(await idOf(open(shops, page, `${WWW}/`))).not.toBe(first);
  });

  test('who says no while an answer is on its way leaves no id behind', async ({ shops, page }) => {
    const first = await idOf(open(shops, page, `${WWW}/`));
    let release = () => {};
    shops.held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await invoke(page, 'track', 'Chat Opened');
    await expect
      .poll(() => shops.stored('Chat Opened', WWW).at(-1)?.identity.anonymousId, { timeout: 5_000 })
      .toBe(first);
    await invoke(page, 'consent', NONE);
    const answered = page.waitForEvent('response', (answer) => answer.url().endsWith('/v1/b'));
    release();
    await (await answered).finished();
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);
  });

  test('the same person told again, as a number or as text, stays one', async ({ shops, page }) => {
    const first = await idOf(open(shops, page, `${WWW}/`));
    await next(shops, 'identify', WWW, () => invoke(page, 'identify', 7), page);
    await next(shops, 'identify', WWW, () => invoke(page, 'identify', '7'), page);
    expect(await idOf(track(shops, page, WWW, 'Chat Opened'))).toBe(first);
  });
});

test('a known person is told again with each visit, before anything else, and once', async ({
  shops,
  page,
  visitor,
}) => {
  await open(shops, page, `${WWW}/`);
  await next(shops, 'identify', WWW, () => invoke(page, 'identify', 'customer-7'), page);
  const reportedEvents = () =>
    shops.stored('identify', WWW).filter(({ identity }) => identity.userId === 'customer-7');
  const before = reportedEvents().length;
  await open(shops, page, `${WWW}/`);
  expect(reportedEvents().length).toBe(before);
  // The visit is over: its cookie lasts half an hour.
  await visitor.clearCookies({ name: '_sb_s' });
  const back = await open(shops, page, `${WWW}/`);
  await open(shops, page, `${WWW}/`);
  expect(reportedEvents().length).toBe(before + 1);
  const again = reportedEvents().at(-1) ?? expect.unreachable();
  expect(again.identity).toEqual(back.identity);
  expect(shops.order(again)).toBeLessThan(shops.order(back));
});
