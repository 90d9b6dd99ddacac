import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Synced } from '../../server/analytics/store.ts';
import { createEmails } from '../../server/demo/emails.ts';
import { startDemo } from '../../server/demo/main.ts';
import { createRecorder, type Watched } from '../../server/demo/recorder.ts';
import { demoRoutes } from '../../server/demo/routes.ts';
import { createShopServer, type PlacedOrder } from '../../server/demo/shop-server.ts';
import type { Statistics } from '../../server/platforms/statistics.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import { launchChromium } from '../support/chromium.ts';
import { eventually } from '../support/collector.ts';

const handle = (name: string) => `[data-test="${name}"]`;

/** Without a head the browser's own name says so, and robots are not counted. */
const SHOPPER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36';

const SPRING =
  '?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring&utm_id=MA_demo_spring';

/** What a shopper does: comes by a link, looks, buys, and reloads the thank-you page. */
async function buy(page: Page, address: string, beforeLooking = async () => {}): Promise<void> {
  await page.goto(address);
  await beforeLooking();
  await page.click(`${handle('product')} >> nth=0`);
  await page.click(handle('add-to-cart'));
  await page.waitForSelector(handle('added'));
  const viewed = page.waitForRequest((request) => request.postData()?.includes('Cart Viewed') ?? false);
  await page.click(handle('go-to-cart'));
  // A shopper looks at the cart; whoever leaves within a blink has not viewed it.
  await viewed;
  await page.click(handle('checkout'));
  await page.click(handle('place-order'));
  await page.waitForSelector(handle('order-id'));
  await page.reload();
  await page.waitForSelector(handle('order-id'));
}

/** The first visit, from the ad, with a yes to everything. */
const visit = (page: Page, base: string) =>
  buy(page, `${base}/demo/${SPRING}`, () => page.click(handle('consent-accept')));

/** A demo and a page that notes what goes wrong in it, gone when the test is over. */
async function open() {
  const demo = await startDemo({ PORT: '0', LOG_LEVEL: 'silent' });
  onTestFinished(async () => {
    await demo.stop();
    rmSync(`./data/demo-${demo.port}`, { recursive: true, force: true });
  });
  return { demo, base: `http://127.0.0.1:${demo.port}`, ...(await openPage()) };
}
async function openPage() {
  const browser = await launchChromium({ userAgent: SHOPPER });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
  return { page, trouble };
}

interface Item {
  event: string;
  event_id: string;
  user: Record<string, string>;
  properties: Record<string, unknown>;
}

test('a visit from the ad to the reloaded thank-you page reaches each API exactly once', async () => {
  const { demo, base, page, trouble } = await open();
  await visit(page, base);

  const read = async () => (await fetch(`${base}/demo/deliveries`)).json() as Promise<{ events: Watched[] }>;
  const { events } = await eventually(read, ({ events }) => {
    const pages = events.filter(({ type }) => type === 'page').length;
    const states = events.flatMap((event) => Object.values(event.deliveries).map(({ state }) => state));
    const isPaid = events.some(({ event }) => event === 'Order Updated');
    return pages >= 6 && isPaid && states.every((state) => state === 'delivered' || state === 'skipped');
  });
  const rows = events.flatMap(({ type, event, deliveries }) =>
    Object.entries(deliveries).map(
      ([api, { state }]) => `${api} ${type === 'track' ? event : type} ${state}`,
    ),
  );
  const count = (row: string) => rows.filter((each) => each === row).length;
  const table = (api: string, state: string) =>
    Object.fromEntries(
      [...new Set(rows.filter((row) => row.startsWith(`${api} `) && row.endsWith(` ${state}`)))]
        .map((row) => [row.slice(api.length + 1, -state.length - 1), count(row)] as const)
        .sort(([a], [b]) => a.localeCompare(b)),
    );
  expect(trouble).toEqual([]);
  // Reported twice by the page and once by the shop's server.
  expect(events.filter(({ event }) => event === 'Order Completed')).toHaveLength(1);
  // The purchase goes with the payment when that is delivered before the order, else with the order.
  const { 'Order Updated': _, ...atTikTok } = table('tiktok', 'delivered');
  expect(atTikTok).toEqual({
    'Checkout Started': 1,
    'Order Completed': 1,
    'Payment Info Entered': 1,
    'Product Added': 1,
    'Product Viewed': 1,
  });
  expect(table('customerio', 'delivered')).toEqual({
    'Cart Viewed': 1,
    'Checkout Started': 1,
    'Order Completed': 1,
    'Order Updated': 1,
    page: 6,
    'Payment Info Entered': 1,
    'Product Added': 1,
    'Product List Viewed': 1,
    'Product Viewed': 1,
  });
  expect(table('shopline', 'delivered')).toEqual({
    'Checkout Started': 1,
    'Order Completed': 1,
    'Product Added': 1,
    'Product Viewed': 1,
  });

  const sent = demo.sandbox.accepted('tiktok') as Item[];
  const ofOrder = sent.filter(({ event_id }) => event_id.startsWith('order:'));
  expect(ofOrder.map(({ event }) => event).sort()).toEqual(['PlaceAnOrder', 'Purchase']);
  for (const { user, properties } of ofOrder) {
    expect(user).toMatchObject({
      ttclid: 'E.C.P.demo',
      ttp: expect.stringMatching(/^[\w-]{27}$/),
      ip: '127.0.0.1',
      user_agent: expect.stringContaining('Chrome'),
      email: expect.stringMatching(/^[0-9a-f]{64}$/),
      phone: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(properties).toMatchObject({ currency: 'TWD', value: expect.any(Number) });
  }
  expect(new Set(ofOrder.map(({ event_id }) => event_id)).size).toBe(1);
});

/** The figures of one card, by their handles. */
const figures = (page: Page, card: string) =>
  page
    .locator(`${handle(card)} [data-test^="figure-"]`)
    .evaluateAll((nodes) =>
      Object.fromEntries(
        nodes.map((node) => [
          node.getAttribute('data-test')?.replace('figure-', ''),
          node.querySelector('dd')?.textContent,
        ]),
      ),
    );

test('the campaign results show each campaign and the email flow, and are reported to SHOPLINE', async () => {
  const { demo, base, page, trouble } = await open();
  await visit(page, base);
  await page.goto(`${base}/demo/statistics.html`);
  const spring = await eventually(
    () => figures(page, 'campaign-MA_demo_spring'),
    ({ orders }) => orders === '1',
  );
  expect(spring).toMatchObject({
    visitors: '1',
    landings: '1',
    carts: '1',
    orders: '1',
    paid: '1',
    'new-buyers': '1',
    'old-buyers': '0',
    sales: 'NT$480',
  });
  expect(await figures(page, 'campaign-MA_demo_newsletter')).toMatchObject({ visitors: '0', orders: '0' });

  // Customer.io's times are whole seconds: a click in the second of the order would seem to precede it.
  await page.waitForTimeout(1000 - (Date.now() % 1000));
  await page.click(handle('send-emails'));
  const emails = await eventually(
    () => figures(page, 'flow'),
    ({ delivered }) => delivered === '3',
  );
  expect(emails).toEqual({
    sales: 'NT$0',
    orders: '0',
    sent: '3',
    delivered: '3',
    opened: '1',
    'machine-opened': '1',
    clicked: '1',
    journeys: '2',
  });

  const link = await page.locator(`${handle('flow')} ${handle('visit')}`).getAttribute('href');
  await buy(page, new URL(link ?? '', page.url()).href);
  await page.goto(`${base}/demo/statistics.html`);
  const newsletter = await eventually(
    () => figures(page, 'campaign-MA_demo_newsletter'),
    ({ orders }) => orders === '1',
  );
  expect(newsletter).toMatchObject({ visitors: '1', landings: '1', 'new-buyers': '0', 'old-buyers': '1' });
  expect(await figures(page, 'flow')).toMatchObject({ orders: '1', sales: 'NT$480' });
  expect(await figures(page, 'campaign-MA_demo_spring')).toMatchObject({ orders: '1', sales: 'NT$480' });

  await page.click(handle('report-now'));
  const answer = await eventually(
    () => page.locator(handle('answer')).innerText(),
    (text) => /accepted|Failed/.test(text),
  );
  expect(answer).toMatch(
    /^Spring harvest on TikTok: accepted \(trace sandbox-\d+\) · Monthly newsletter: accepted/,
  );
  expect(await page.locator(handle('synced')).allInnerTexts()).toEqual(
    Array(3).fill(expect.stringMatching(/^Accepted by SHOPLINE at [\d:]+ · trace sandbox-\d+$/)),
  );
  const { marketing, flows } = demo.sandbox.reports();
  const rowOf = (id: string) => marketing.findLast(({ marketing_event_id }) => marketing_event_id === id);
  const sold = { order_num: 1, order_amount: 48_000, order_product_sum: 1, visitor_amount: 1 };
  expect(rowOf('MA_demo_spring')).toMatchObject({ ...sold, new_buyer_sum: 1, old_buyer_sum: 0 });
  expect(rowOf('MA_demo_newsletter')).toMatchObject({ ...sold, new_buyer_sum: 0, old_buyer_sum: 1 });
  expect(flows.at(-1)?.flow_data_list).toMatchObject([
    { order_num: 1, order_amount: 48_000, send_count: 3, trigger_num: 2 },
  ]);
  expect(trouble).toEqual([]);
});

describe('the campaign results page, with unusual data', () => {
  const HOSTILE = 'MA_<img src=x onerror="document.title=1">';
  const zero = { sent: 0, delivered: 0, opened: 0, machineOpened: 0, clicked: 0 };
  const totals = (marketingEventId: string) =>
    ({
      marketingEventId,
      orders: 2,
      amountHundredths: 123_400,
      buyers: 2,
      newBuyers: 1,
      messages: zero,
    }) as never;

  /** The demo's routes with a stubbed collector. */
  async function openStub(statistics: Pick<Statistics, 'totals'>, sync: RequestHandler) {
    const sandbox = await createSandbox();
    onTestFinished(() => sandbox.close());
    const app = express();
    app.post('/admin/statistics/sync', sync);
    app.use(
      demoRoutes({
        log: {} as never,
        delivery: { workers: [] } as never,
        sandbox,
        recorder: createRecorder([]),
        shopServer: { placed: async () => [], buyer: () => undefined },
        emails: { send: async () => [200, 401] },
        statistics,
      }),
    );
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { page, trouble } = await openPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/demo/statistics.html`);
    return { page, trouble };
  }

  test('shows names from links as text, and rejections by SHOPLINE and the collector as messages', async () => {
    const synced: Synced[] = [];
    const { page, trouble } = await openStub(
      {
        totals: async () => ({ marketing: [totals(HOSTILE), totals('MA_demo_spring')], flows: [], synced }),
      },
      (_request, response) => {
        const at = new Date(Date.now() + 1000).toISOString();
        synced.push({ target: `marketing:${HOSTILE}`, nodes: [], at, error: 'not counted by SHOPLINE' });
        synced.push({ target: 'marketing:MA_demo_spring', nodes: [], at, traceId: 'sandbox-7' });
        response.json([]);
      },
    );
    await page.waitForSelector(handle('campaign-MA_demo_spring'));
    expect(await page.locator('#campaigns h2').allInnerTexts()).toEqual([
      'Spring harvest on TikTok',
      'Monthly newsletter',
      HOSTILE,
    ]);
    expect(await figures(page, 'campaign-MA_demo_spring')).toMatchObject({
      sales: 'NT$1,234',
      'new-buyers': '1',
      'old-buyers': '1',
    });
    expect(await page.locator(handle('synced')).first().innerText()).toBe('Not yet reported to SHOPLINE');

    await page.click(handle('report-now'));
    await page.waitForSelector('text=rejected, not counted by SHOPLINE');
    expect(await page.locator(handle('answer')).innerText()).toBe(
      `Spring harvest on TikTok: accepted (trace sandbox-7) · ${HOSTILE}: rejected, not counted by SHOPLINE`,
    );
    await page.click(handle('send-emails'));
    await page.waitForSelector('text=The collector rejected 1 of 2 webhooks.');
    expect(await page.title()).toBe('Campaign results · Storebeacon demo');
    expect(trouble).toEqual([]);
  });
});

describe('the stand-ins that send webhooks', () => {
  const order: PlacedOrder = {
    orderId: '26030104302112188732466716',
    number: 'DL466716',
    name: 'Mei Lin',
    email: 'mei.lin@example.com',
    phone: '0912 345 678',
    payment: 'card',
    cartToken: 't1',
    lines: [{ productId: '16', variantId: '18', title: 'Oolong', price: 480, quantity: 2 }],
  };
  function shop(answers: number[] = []) {
    const posted: { path: string; topic: string; id: string; body: Record<string, unknown> }[] = [];
    const shopServer = createShopServer({
      post: async (path, { headers, body }) => {
        const { 'X-Shopline-Topic': topic = '', 'X-Shopline-Webhook-Id': id = '' } = headers;
        posted.push({ path, topic, id, body: JSON.parse(body) });
        return answers.shift() ?? 200;
      },
      clock: () => Date.UTC(2026, 2, 1),
      handle: 'sandbox',
      appSecret: 'secret',
    });
    return { shopServer, posted };
  }

  test('an order paid by card is sent as created and as paid, once for any number of page loads', async () => {
    const { shopServer, posted } = shop();
    await Promise.all([shopServer.placed(order), shopServer.placed(order)]);
    await shopServer.placed(order);
    expect(posted).toMatchObject([
      { path: '/v1/webhooks/shopline', topic: 'orders/create', body: { financial_status: 'paid' } },
      { topic: 'orders/paid', body: { id: order.orderId, current_total_price: '960.00' } },
    ]);
    expect(shopServer.buyer()).toBe('mei.lin@example.com');
  });

  test('an order with cash on delivery is unpaid', async () => {
    const { shopServer, posted } = shop();
    await shopServer.placed({ ...order, payment: 'delivery' });
    expect(posted).toMatchObject([{ topic: 'orders/create', body: { financial_status: 'unpaid' } }]);
  });

  test('webhooks that the collector did not accept are sent again with the same ids', async () => {
    const { shopServer, posted } = shop([200, 503]);
    expect(await shopServer.placed(order)).toEqual([
      { topic: 'orders/create', status: 200 },
      { topic: 'orders/paid', status: 503 },
    ]);
    await shopServer.placed(order);
    const [create, paid, ...again] = posted.map(({ id }) => id);
    expect(again).toEqual([create, paid]);
  });

  test('each send is a new one, with one open by a person and one by a machine', async () => {
    const sent: { event_id: string; metric: string; data: Record<string, unknown> }[] = [];
    const emails = createEmails({
      post: async (_path, { body }) => {
        sent.push(JSON.parse(body));
        return 200;
      },
      clock: () => Date.UTC(2026, 2, 1),
      base: 'http://127.0.0.1:1',
    });
    await emails.send('a@b.example');
    const first = sent.length;
    await emails.send('a@b.example');
    expect(sent.length).toBe(2 * first);
    expect(new Set(sent.map(({ event_id }) => event_id)).size).toBe(sent.length);
    const opens = sent.slice(0, first).filter(({ metric }) => metric === 'opened');
    expect(opens.map(({ data }) => data.prefetched)).toEqual([false, true]);
    expect(sent.filter(({ metric }) => metric === 'clicked')[0]?.data).toMatchObject({
      machine: false,
      identifiers: { email: 'a@b.example' },
      href: expect.stringContaining('utm_campaign=newsletter'),
    });
  });
});
