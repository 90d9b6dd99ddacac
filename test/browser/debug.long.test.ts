import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test as plain } from 'vitest';
import { arrives, test as base, html, invoke, snippet } from '../support/shopper.ts';

const built = (name: string) => readFileSync(new URL(`../../client/dist/${name}`, import.meta.url), 'utf8');
const STRICT = { 'Content-Security-Policy': "default-src 'self'" };
const HOSTILE = `<img src=x onerror="document.title='read as markup'">%c%s`;

/** The shop's collector hands out the plugin and those that it loads too. */
const test = base.extend('fetched', { auto: true }, async ({ visitor }): Promise<string[]> => {
  const fetched: string[] = [];
  await visitor.route(/\/debug[a-z-]*\.js$/, (route) => {
    const { pathname } = new URL(route.request().url());
    fetched.push(pathname);
    return route.fulfill({ contentType: 'text/javascript', body: built(pathname.slice(1)) });
  });
  return fetched;
});

const panel = (page: Page) => page.locator('storebeacon-debug details');
const row = (page: Page, event: string) => panel(page).locator('tr', { hasText: event });

/** What a collector says to a batch. */
const answers = (
  page: Page,
  status: number,
  say: (batch: { messageId: string; event?: string }[]) => unknown,
) =>
  page.route('**/v1/b', (route) =>
    route.fulfill({ status, json: say(JSON.parse(route.request().postData() ?? '').batch) }),
  );

test('with sb_debug=1 each event, its source and the answer are on the page, under a strict policy', async ({
  shop,
  page,
}) => {
  const control =
    '<button data-sb-event="Chat Opened" data-sb-value="12.5" data-sb-currency="TWD">Chat</button>';
  shop.put('/', html(control), STRICT);
  const complaints: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto('/?sb_debug=1');
  await page.click('text=Chat');
  await invoke(page, 'track', HOSTILE);
  await arrives(shop, ['page', 'Chat Opened', HOSTILE]);
  await row(page, 'Chat Opened').getByText('accepted 200').waitFor();
  const cells = async (event: string) =>
    (await row(page, event).locator('td').allInnerTexts()).map((text) => text.trim());
  expect(await cells('Chat Opened')).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d$/),
    'Chat Opened',
    'data-attributes',
    'TWD 12.5',
    'accepted 200',
  ]);
  expect((await cells('%c%s'))[1]).toBe(HOSTILE);
  const id = String(await invoke(page, 'anonymousId')).slice(0, 8);
  expect(await panel(page).locator('p').first().innerText()).toBe(
    `key shop-1, visitor ${id}, consent +advertising +analytics +marketing, collector ${shop.origin}`,
  );
  expect(await page.title()).toBe('Dewleaf Teas');
  expect(complaints).toEqual([]);
});

test('a rejected message says why, and a wrong key says so on top', async ({ page, shop }) => {
  shop.put('/', html('', snippet({ debug: '', captures: 'none' })));
  await answers(page, 200, (batch) => ({
    accepted: 0,
    rejected: batch.map(({ messageId }) => ({
      messageId,
      issues: [{ path: 'properties.value', code: 'invalid_type', message: `not ${HOSTILE}` }],
    })),
  }));
  await page.goto('/');
  await invoke(page, 'track', 'Product Added', { value: 'a lot' });
  await row(page, 'Product Added').getByText(`rejected properties.value not ${HOSTILE}`).waitFor();

  await page.unroute('**/v1/b');
  await answers(page, 401, () => ({ code: 'unknown-write-key', message: 'Send the shop’s write key.' }));
  await invoke(page, 'track', 'Chat Opened');
  await row(page, 'Chat Opened').getByText('rejected 401').waitFor();
  await panel(page).getByText('401 Send the shop’s write key.').waitFor();
});

test('a collector that cannot be reached, and what may be in the way', async ({ page, shop }) => {
  shop.put('/', html('', snippet({ debug: '', endpoint: shop.collector })), {
    'Content-Security-Policy': "default-src 'self'",
  });
  await page.goto('/');
  await panel(page).getByText(`No response: ad blocker, connect-src, or ${shop.origin} missing`).waitFor();
});

test('before the visitor has chosen it is on through the whole shop, and writes nothing', async ({
  page,
  shop,
  visitor,
}) => {
  const head = snippet({ consent: 'denied' });
  shop.put('/', html('<a href="/tea?size=1#top">Tea</a>', head));
  shop.put('/tea', html('', head));
  await page.goto('/?sb_debug=1');
  await row(page, 'page').getByText('held for consent').waitFor();
  await panel(page).getByText('no choice yet').waitFor();
  await page.click('text=Tea');
  await page.waitForURL(`${shop.origin}/tea?size=1&sb_debug=1#top`);
  await row(page, 'page').getByText('held for consent').waitFor();
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  expect(await visitor.cookies()).toEqual([]);
});

test.for([
  { link: 'href="/tea"', leads: '/tea?sb_debug=1' },
  { link: 'href="/tea?a=%20b+c&d#e"', leads: '/tea?a=%20b+c&d&sb_debug=1#e' },
  { link: 'href="/tea" target="_blank"', leads: '/tea?sb_debug=1' },
  { link: 'href="#size"', leads: '/?sb_debug=1#size' },
  { link: 'href="/tea?sb_debug=1"', leads: '/tea?sb_debug=1' },
  { link: 'href="/tea.pdf" download', leads: '/tea.pdf' },
  { link: 'href="https://other.example/tea"', leads: 'https://other.example/tea' },
  { link: 'href="mailto:tea@shop.example"', leads: 'mailto:tea@shop.example' },
  { link: 'href="javascript:void(0)"', leads: 'javascript:void(0)' },
  { link: 'name="tea"', leads: '' },
])('a link with $link leads to $leads', async ({ link, leads }, { page, shop }) => {
  const stay = `<script>addEventListener('click', (event) => event.preventDefault());</script>`;
  shop.put('/', html(`<a ${link}><b>Tea</b></a>${stay}`));
  await page.goto('/?sb_debug=1');
  await panel(page).waitFor();
  await page.click('text=Tea');
  const href = await page.locator('a').evaluate((found) => (found as HTMLAnchorElement).href);
  expect(href.replace(shop.origin, '')).toBe(leads);
});

test('nobody else sees it: without the switch it is not even fetched', async ({ page, shop, fetched }) => {
  shop.put('/', html('<a href="/tea">Tea</a>'));
  await page.goto('/?other=1');
  await arrives(shop, ['page']);
  expect(await page.locator('storebeacon-debug').count()).toBe(0);
  await page.click('text=Tea');
  expect(page.url()).toBe(`${shop.origin}/tea`);
  expect(fetched).toEqual([]);
});

test('the shop’s page stays as it was: layout, focus, markup and globals', async ({ page, shop }) => {
  const style = '<style>body { display: grid; margin: 3rem } body > :last-child { height: 200vh }</style>';
  const note =
    '<script>document.documentElement.dataset.before = Object.getOwnPropertyNames(window)</script>';
  shop.put('/', html('<main>Tea</main><input autofocus><footer>Dewleaf</footer>', note + style + snippet()));
  const look = () =>
    page.evaluate(() => ({
      boxes: [...document.body.children].map((element) => element.getBoundingClientRect().toJSON()),
      page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
      body: document.body.outerHTML,
      focus: document.activeElement?.localName,
      added: Object.getOwnPropertyNames(window).filter(
        (name) => !document.documentElement.dataset.before?.split(',').includes(name),
      ),
    }));
  await page.goto('/');
  await arrives(shop, ['page']);
  const before = await look();
  await page.goto('/?sb_debug=1');
  await panel(page).waitFor();
  expect(await look()).toEqual(before);
  expect(before.added).toEqual(['storebeacon']);
});

test('no style of the shop reaches it, and it is not printed', async ({ page, shop }) => {
  const style = `<style>
    * { font-size: 60px !important; color: lime !important }
    html > :not(body) { display: none !important; transform: scale(0) !important; opacity: 0 !important }
  </style>`;
  shop.put('/', html('', style + snippet()));
  await page.goto('/?sb_debug=1');
  await row(page, 'page').waitFor();
  const looks = () =>
    panel(page).evaluate((element) => {
      const { fontSize, color, display } = getComputedStyle(element);
      return { fontSize, color, display };
    });
  expect(await looks()).toEqual({ fontSize: '12px', color: 'rgb(238, 238, 238)', display: 'block' });
  await page.emulateMedia({ media: 'print' });
  expect(await panel(page).isVisible()).toBe(false);
});

test('by keyboard it folds and closes, and the shop hears nothing of it', async ({ page, shop }) => {
  const listen = `<script>
    for (const type of ['click', 'keydown'])
      document.documentElement.addEventListener(type, () => { document.title += ' ' + type; });
  </script>`;
  shop.put('/', html(`<button data-sb-event="Chat Opened">Chat</button>${listen}`));
  await page.goto('/?sb_debug=1');
  await row(page, 'page').getByText('accepted 200').waitFor();
  await panel(page).locator('summary').focus();
  await page.keyboard.press('Enter');
  expect(await panel(page).locator('table').isVisible()).toBe(false);
  await page.keyboard.press('Enter');
  expect(await panel(page).locator('table').isVisible()).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await panel(page).waitFor({ state: 'detached' });
  expect(await page.title()).toBe('Dewleaf Teas');
  await arrives(shop, ['page']);
});

plain('it is at most 1,536 bytes on the wire', () => {
  expect(brotliCompressSync(built('debug.js')).length).toBeLessThanOrEqual(1536);
});
