import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ALL, CHECKOUT, COLLECT, idOf, NONE, next, open, PAY, test, WWW } from '../support/host-visitor.ts';
import type { ShopHosts } from '../support/shop-hosts.ts';
import { html, invoke } from '../support/shopper.ts';

describe('a checkout on another domain', () => {
  const LINK = '/cart?items=a%20b&gift=&wrap#summary';
  const both = (shops: ShopHosts) => `${WWW}:${shops.port} ${PAY}:${shops.port}`;
  /** Both hosts; the shop has a link to its checkout. */
  const put = (
    shops: ShopHosts,
    own: Record<string, string> = {},
    theirs = { domains: both(shops) } as Record<string, string>,
  ) => {
    const link = `<a href="${shops.url(PAY + LINK)}">Checkout</a>`;
    shops.put(WWW, html(link, shops.tag({ domains: both(shops), ...own }, COLLECT)));
    shops.put(PAY, html('', shops.tag(theirs, COLLECT)));
  };
  const isDecorated = (page: Page) =>
    page.evaluate(() => {
      const link = document.querySelector('a') as HTMLAnchorElement;
      link.addEventListener('click', (event) => event.preventDefault(), { once: true });
      link.click();
      return link.href;
    });
  /** Until links.js is there. */
  const ready = (page: Page) => page.waitForLoadState('networkidle');

  test('continues with the same id, by an ordinary link', async ({ shops, page }) => {
    put(shops);
    const id = await idOf(open(shops, page, `${WWW}/`));
    await ready(page);
    const there = await next(shops, 'page', PAY, () => page.click('a'), page);
    expect(there.identity.anonymousId).toBe(id);
    const { pathname, searchParams, hash } = new URL(page.url());
    expect([pathname, hash]).toEqual(['/cart', '#summary']);
    expect([...searchParams].filter(([name]) => name !== '_sb')).toEqual([
      ['items', 'a b'],
      ['gift', ''],
      ['wrap', ''],
    ]);
    // The next page there, which no link decorated.
    expect(await idOf(open(shops, page, `${PAY}/thanks`))).toBe(id);
  });

  test.for([
    { when: 'a second before two minutes are over', ms: 119_000, isSame: true },
    { when: 'after two minutes', ms: 121_000, isSame: false },
  ])('$when: the same visitor: $isSame', async ({ ms, isSame }, { shops, page, visitor }) => {
    put(shops);
    const id = await idOf(open(shops, page, `${WWW}/`));
    await ready(page);
    const address = new URL(await isDecorated(page));
    const [, at = ''] = address.searchParams.get('_sb')?.split('.') ?? [];
    const late = await visitor.newPage();
    await late.clock.install({ time: Number(at) + ms - 500 });
    const referer = shops.url(`${WWW}/`);
    const { identity } = await next(shops, 'page', PAY, () => late.goto(address.href, { referer }), late);
    expect(identity.anonymousId === id).toBe(isSame);
  });

  test.for([
    { from: 'another site', by: (shops: ShopHosts) => ({ referer: shops.url(`${CHECKOUT}/`) }) },
    { from: 'no page at all, as from a mail', by: () => ({}) },
  ])('does not take an id from $from', async ({ by }, { shops, page }) => {
    put(shops);
    const theirs = '11111111-2222-4333-8444-555555555555';
    const link = shops.url(`${PAY}/cart?_sb=${theirs}.${Date.now()}`);
    const there = await next(shops, 'page', PAY, () => page.goto(link, by(shops)), page);
    expect(there.identity.anonymousId).not.toBe(theirs);
    await page.reload();
    expect(await invoke(page, 'anonymousId')).toBe(there.identity.anonymousId);
  });

  test('does not take an id where its own tag names no domains', async ({ shops, page }) => {
    put(shops, {}, {});
    const id = await idOf(open(shops, page, `${WWW}/`));
    await ready(page);
    const there = await next(shops, 'page', PAY, () => page.click('a'), page);
    expect(page.url()).toContain('_sb=');
    expect(there.identity.anonymousId).not.toBe(id);
  });

  test('that knows the visitor already keeps the id it knows', async ({ shops, page }) => {
    put(shops);
    const known = await idOf(open(shops, page, `${PAY}/`));
    const id = await idOf(open(shops, page, `${WWW}/`));
    await ready(page);
    const there = await next(shops, 'page', PAY, () => page.click('a'), page);
    expect(id).not.toBe(known);
    expect(there.identity.anonymousId).toBe(known);
  });

  test('learns nothing before the visitor has chosen, nothing after a no, and the id after a yes', async ({
    shops,
    page,
  }) => {
    put(shops, { consent: 'denied' });
    const plain = shops.url(PAY + LINK);
    await page.goto(shops.url(`${WWW}/`));
    await ready(page);
    expect(await isDecorated(page)).toBe(plain);
    await invoke(page, 'consent', NONE);
    expect(await isDecorated(page)).toBe(plain);
    await invoke(page, 'consent', { ...ALL, advertising: false });
    const id = await invoke(page, 'anonymousId');
    expect(new URL(await isDecorated(page)).searchParams.get('_sb')).toMatch(new RegExp(`^${id}\\.\\d{13}$`));
    await invoke(page, 'consent', NONE);
    await page.reload();
    await ready(page);
    expect(await isDecorated(page)).toBe(plain);
  });

  test('is asked for its visitor’s consent too: the id waits for a yes', async ({ shops, page }) => {
    put(shops, {}, { domains: both(shops), consent: 'denied' });
    const id = await idOf(open(shops, page, `${WWW}/`));
    await ready(page);
    await page.click('a');
    await page.waitForURL('**/cart**');
    expect(await invoke(page, 'anonymousId')).toBe(id);
    const there = await next(shops, 'page', PAY, () => invoke(page, 'consent', ALL), page);
    expect(there.identity.anonymousId).toBe(id);
  });
});
