// @module-tag slow
import type { Page, Request } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startDemo } from '../../server/demo/main.ts';
import type { Sandbox } from '../../server/sandbox/index.ts';
import { launchChromium } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN, basic } from '../support/shop.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { IN_BROWSER, SERVER_KEY, startWebhookShop } from '../support/webhook-shop.ts';

const at = (name: string) => `[data-test="${name}"]`;
/** Without a head the browser's own name says so, and robots are not counted. */
const SHOPPER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36';
const EMAIL = 'mei.lin@example.com';
const refusal = (message: string) => ({
  ...{ status: 200, body: { code: 40002, message, request_id: '202611300122556D4E4B7A01', data: {} } },
});
const WORDS = 'Param error: properties.contents is required';
const OTHER_WORDS = 'Param error: properties.price is invalid';

/** Event name and id of all that TikTok accepted. */
const namesOf = (sandbox: Sandbox) =>
  (sandbox.accepted('tiktok') as { event: string; event_id: string }[]).map(
    ({ event, event_id }) => `${event} ${event_id}`,
  );

async function openPages(count: number) {
  const browser = await launchChromium({ userAgent: SHOPPER });
  onTestFinished(() => browser.close());
  const trouble: string[] = [];
  const pages = Array.from({ length: count }, async () => {
    const page = await browser.newPage({ timezoneId: 'Asia/Taipei', locale: 'en-US' });
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => trouble.push(error.message));
    return page;
  });
  return { pages: await Promise.all(pages), trouble };
}

async function startShop() {
  const clock = createSkipClock();
  const demo = await startDemo({ PORT: '0', LOG_LEVEL: 'silent' }, { clock });
  onTestFinished(demo.stop);
  const base = `http://127.0.0.1:${demo.port}`;
  const setFaults = async (faults: object[]) => {
    const body = JSON.stringify(faults);
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${base}/sandbox/tiktok/faults`, { method: 'PUT', headers, body });
    expect(status).toBe(200);
  };
  return { clock, base, setFaults, atTikTok: () => namesOf(demo.sandbox) };
}

async function lookAt(page: Page, base: string, nth: number): Promise<void> {
  await page.goto(`${base}/demo/`);
  await page.click(`${at('product')} >> nth=${nth}`);
  await page.waitForSelector(at('add-to-cart'));
}

/** Looks at two products, buys the second, and returns the order's id. */
async function buy(page: Page, base: string): Promise<string> {
  await lookAt(page, base, 1);
  await lookAt(page, base, 0);
  await page.click(at('add-to-cart'));
  await page.waitForSelector(at('added'));
  const viewed = page.waitForRequest((request) => request.postData()?.includes('Cart Viewed') ?? false);
  await page.click(at('go-to-cart'));
  // A shopper looks at the cart; a page left within a blink has not shown it.
  await viewed;
  await page.click(at('checkout'));
  await page.fill(at('email'), EMAIL);
  await page.click(at('place-order'));
  const placed = page.locator(at('order-id')).getByText(/^\d{26}$/);
  return placed.innerText();
}

/** Opens a view anew and waits until it shows what it loaded. */
async function view(page: Page, base: string, name: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${base}/console/#/${name}`);
  await page.locator('main h1').waitFor();
  await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' });
}

/** A view that is opened again until it shows what it should. */
const viewUntil = (page: Page, base: string, name: string, isThere: (text: string) => boolean) =>
  eventually(
    async () => {
      await view(page, base, name);
      return page.locator('main').innerText();
    },
    isThere,
    20_000,
  );

/** When an order's report was answered, by the browser's clock. */
async function whenAnswered(page: Page): Promise<number> {
  const isReport = (request: Request) =>
    request.url().endsWith('/v1/b') && (request.postData()?.includes('Order Completed') ?? false);
  const request = await page.waitForEvent('requestfinished', isReport);
  const { startTime, responseEnd } = request.timing();
  return startTime + responseEnd;
}

/** When the list has an event of this name, by the browser's clock. */
const whenShown = (page: Page, name: string): Promise<number> =>
  page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const look = () => {
          const links = [...document.querySelectorAll('[data-test="events"] tbody th a')];
          if (links.some(({ textContent }) => textContent === name)) resolve(Date.now());
        };
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
        look();
      }),
    name,
  );

test('an order is live within a second and opens down to what TikTok was sent; what TikTok refuses is found, mended and sent again; the buyer is found by email and erased', async () => {
  const { clock, base, setFaults, atTikTok } = await startShop();
  const { pages, trouble } = await openPages(2);
  const [shop, operator] = pages as [Page, Page];
  const main = operator.locator('main');

  // Live.
  await view(operator, base, 'events');
  await operator.locator(`${at('live')}[data-live="true"]`).waitFor();
  await shop.goto(`${base}/demo/?ttclid=E.C.P.demo`);
  await shop.click(at('consent-accept'));
  const shown = whenShown(operator, 'Order Completed');
  const answered = whenAnswered(shop);
  const order = await buy(shop, base);
  const liveMs = Math.round((await shown) - (await answered));
  console.log(`an order was shown ${liveMs} ms after the answer to the shop's page`);
  expect(liveMs).toBeLessThan(1_000);

  // The order, and TikTok's payload and answer.
  clock.skip(3_000);
  await viewUntil(operator, base, `orders/${order}`, (text) => /TikTok\s+Placed[^\n]*Delivered/.test(text));
  await operator
    .locator(`${at('stages')} ${at('row')} a`)
    .first()
    .click();
  const delivery = operator.locator(at('delivery-tiktok'));
  await delivery.locator('summary', { hasText: 'exactly as it was sent' }).click();
  const payloads = await delivery.locator('details[open] pre').allInnerTexts();
  expect(payloads.map((text) => JSON.parse(text))).toMatchObject(
    ['PlaceAnOrder', 'Purchase'].map((event) => ({
      ...{ event, event_id: `order:${order}`, user: { ttclid: 'E.C.P.demo' } },
      properties: { value: 480, currency: 'TWD', order_id: order },
    })),
  );
  await delivery.locator('summary', { hasText: 'Answer' }).click();
  expect(await delivery.innerText()).toContain('"message":"OK"');

  // TikTok refuses a whole visit, and then something else in other words.
  await setFaults([refusal(WORDS)]);
  const refused = await buy(shop, base);
  clock.skip(3_000);
  await viewUntil(operator, base, `orders/${refused}`, (text) =>
    /Placed[^\n]*refused by[\s\S]*Paid[^\n]*refused by/.test(text),
  );
  await setFaults([refusal(OTHER_WORDS)]);
  await lookAt(shop, base, 1);
  const isTheWhole = (text: string) => text.includes(WORDS) && text.includes(OTHER_WORDS);
  await viewUntil(operator, base, 'problems', isTheWhole);
  const alerts = async () => {
    clock.skip(60_000);
    await view(operator, base, 'alerts');
    return operator.locator(at('alert')).allInnerTexts();
  };
  const [alert] = await eventually(alerts, ({ length }) => length > 0, 20_000);
  expect(alert).toMatch(/In the last hour dead letters: \d+, delivered: \d+/);
  expect(atTikTok().filter((sent) => sent.includes(refused))).toEqual([]);

  // A minute later it works again: each group is sent again by itself.
  await alerts();
  await setFaults([]);
  await view(operator, base, 'problems');
  const groups = operator.locator('[data-reason="rejected"]');
  expect((await groups.locator('.api-words').allInnerTexts()).toSorted()).toEqual([
    `“40002 ${WORDS} (request_id #)”`,
    `“40002 ${OTHER_WORDS} (request_id #)”`,
  ]);
  for (const words of [OTHER_WORDS, WORDS]) {
    const group = groups.filter({ hasText: words });
    const count = await group.locator('.group-count').innerText();
    await group.locator(at('group-replay')).click();
    await operator
      .locator(at('dry-run'))
      .getByText(new RegExp(`^${count} (delivery|deliveries) would be`))
      .waitFor();
    await operator.locator(at('carry-out')).click();
    await group.waitFor({ state: 'detached' });
  }
  const sent = await eventually(
    atTikTok,
    (all) => all.includes(`Purchase order:${refused}`) && all.length >= 15,
    20_000,
  );
  // Two visits with two products looked at, one added and bought; and one look more.
  const countOf = (name: string) => sent.filter((one) => one.startsWith(`${name} `)).length;
  const names = [
    'ViewContent',
    'AddToCart',
    'InitiateCheckout',
    'AddPaymentInfo',
    'PlaceAnOrder',
    'Purchase',
  ];
  expect(Object.fromEntries(names.map((name) => [name, countOf(name)]))).toEqual({
    ...{ ViewContent: 5, AddToCart: 2, InitiateCheckout: 2, AddPaymentInfo: 2, PlaceAnOrder: 2, Purchase: 2 },
  });
  expect(new Set(sent).size).toBe(sent.length);
  await eventually(alerts, ({ length }) => length === 0, 20_000);

  // The buyer, by what is typed in clear.
  const asked: string[] = [];
  operator.on('request', (request) => asked.push(request.url()));
  const search = async () => {
    await view(operator, base, 'events');
    await operator.fill('#sought', ` ${EMAIL.toUpperCase()} `);
    await operator.keyboard.press('Enter');
    await operator.locator('.sought').waitFor();
    await main.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    return main.innerText();
  };
  const found = await search();
  for (const id of [order, refused]) expect(found).toContain(`Order ${id}`);
  await view(operator, base, 'visitors');
  await operator.fill('#person', EMAIL);
  await operator.keyboard.press('Enter');
  await operator.click(at('erase'));
  await operator.fill('dialog [name="confirmation"]', 'ERASE');
  await operator.click(at('erase-now'));
  await operator
    .locator(at('said'))
    .getByText(/^Erased: \d+ events, 2 orders/)
    .waitFor();
  expect(asked.filter((address) => /mei\.lin/i.test(decodeURIComponent(address)))).toEqual([]);
  expect(await search()).toContain('Nothing matches this filter.');
  await viewUntil(operator, base, 'orders', (text) => !text.includes(order) && !text.includes(refused));
  expect(trouble).toEqual([]);
});

const TAIPEI_NOON_MS = 4 * 3_600_000;
const DAY_MS = 86_400_000;

const forged = (nth: number) => ({
  ...{ messageId: `message-forged-${nth}`, anonymousId: 'somebody', event: 'Order Completed' },
  properties: { order_id: `forged-${nth}`, total: 9_999, currency: 'TWD' },
});

async function logIn(page: Page): Promise<void> {
  await page.fill('[name="token"]', ADMIN_TOKEN);
  await page.keyboard.press('Enter');
  await page.locator(at('login-form')).waitFor({ state: 'detached' });
}

test('a day with gaps is reconciled exactly; orders that only browsers reported are never sent; nothing is shown without a session', async () => {
  const clock = createSkipClock();
  clock.skip(DAY_MS - ((clock.now() - TAIPEI_NOON_MS) % DAY_MS));
  const shop = await startWebhookShop({ ORDERS_FROM: 'platform', SERVER_KEY }, { clock });
  const { sandbox, base } = shop;
  const asBackend = { authorization: basic(SERVER_KEY) };
  const place = (nth: number, parts: object = {}) =>
    shop.place(`210502243121218873246670${10 + nth}`, `#D${nth}`, {
      ...{ placedAtMs: clock.now(), userId: `customer-${nth}`, email: `buyer-${nth}@shop.example` },
      ...parts,
    });
  // Twelve are paid: two buyers deny, one order is refused. One is not paid.
  const denied = { categoryPreferences: { advertising: false, analytics: true, marketing: true } };
  for (const nth of [10, 11])
    await shop.post('/v1/identify', { userId: `customer-${nth}`, context: { consent: denied } }, asBackend);
  for (let nth = 0; nth < 12; nth++) if (nth !== 9) await place(nth);
  await place(12, { financialStatus: 'unpaid' });
  await shop.settled();
  sandbox.setFaults('tiktok', refusal(WORDS));
  await place(9);
  await shop.settled();
  sandbox.setFaults('tiktok', []);
  for (const nth of [1, 2, 3]) await shop.post('/v1/track', forged(nth), IN_BROWSER);
  await shop.settled();

  const { pages, trouble } = await openPages(1);
  const [operator] = pages as [Page];
  const addresses = new Set<string>();
  operator.on('request', (request) => {
    if (/\/(admin|metrics)/.test(request.url())) addresses.add(request.url());
  });
  const day = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Taipei', dateStyle: 'short' }).format(
    clock.now(),
  );
  await operator.goto(`${base}/console/#/reconciliation?day=${day}`);
  await logIn(operator);
  const sentence = operator.locator(at('orders-sentence'));
  expect((await sentence.innerText()).replaceAll('\u00a0', ' ')).toBe(
    '13 orders, of them 12 paid: TWD 2,880.',
  );
  const atTikTok = operator.locator(at('reconciled-tiktok'));
  expect(await atTikTok.locator('.accepted').innerText()).toBe('9 of 12 paid orders accepted');
  const missing = await atTikTok.locator(`${at('missing')} > a`).allInnerTexts();
  expect(missing).toEqual(['2 consent withdrawn', '1 refused by the API']);
  await atTikTok.getByText('2 consent withdrawn').click();
  await operator.locator(at('orders')).waitFor();
  const rows = await operator.locator(`${at('orders')} tbody th`).allInnerTexts();
  expect(rows.toSorted()).toEqual(['21050224312121887324667020', '21050224312121887324667021']);

  // Two days later nobody has confirmed them; the session has ended by then.
  clock.skip(2 * DAY_MS);
  await operator.locator(at('login-form')).waitFor();
  await logIn(operator);
  const ids = [1, 2, 3].map((nth) => `message-forged-${nth}`);
  const selections = [
    { ids, destination: 'tiktok' },
    { order: 'forged-1', state: 'none', destination: 'tiktok' },
    { reason: 'unconfirmed-order' },
    { name: 'Order Completed', from: new Date(clock.now() - 3 * DAY_MS).toISOString(), state: 'skipped' },
    { name: 'Order Completed', destination: 'tiktok', state: 'none' },
  ];
  for (const selection of selections) {
    const answer = await operator.evaluate(async (selection) => {
      const { csrf } = await (await fetch('/console/session')).json();
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      const body = JSON.stringify({ selection });
      return (await fetch('/admin/replay', { method: 'POST', headers, body })).json();
    }, selection);
    expect([selection, answer]).toMatchObject([selection, { count: 0, isDryRun: false }]);
  }
  await shop.settled();
  expect(JSON.stringify(sandbox.accepted('tiktok'))).not.toMatch(/forged|9999/);

  // Without the cookie.
  await view(operator, base, 'overview');
  expect(addresses.size).toBeGreaterThan(5);
  for (const address of addresses) expect([address, (await fetch(address)).status]).toEqual([address, 401]);
  await operator.context().clearCookies();
  await operator.reload();
  await operator.locator(at('login-form')).waitFor();
  expect(await operator.locator('main').innerText()).not.toMatch(/TikTok|Order/);
  expect(trouble).toEqual([]);
});
