import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmails } from '../../server/demo/emails.ts';
import { startDemo } from '../../server/demo/main.ts';
import type { Watched } from '../../server/demo/recorder.ts';
import { createShopServer, type PlacedOrder } from '../../server/demo/shop-server.ts';
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
  onTestFinished(demo.stop);
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
    // Six pages and eight actions: on a busy machine one of an earlier page may come last.
    return (
      pages >= 6 &&
      events.length >= 14 &&
      isPaid &&
      states.every((state) => state === 'delivered' || state === 'skipped')
    );
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

/** The figures of one card of the console, by their names. */
const figures = (page: Page, card: string) =>
  page
    .locator(`${handle(card)} .figures > div`)
    .evaluateAll((nodes) =>
      Object.fromEntries(
        nodes.map((node) => [node.querySelector('dt')?.textContent, node.querySelector('dd')?.textContent]),
      ),
    );

test('the console shows each campaign and the email flow, and they are reported to SHOPLINE', async () => {
  const { demo, base, page, trouble } = await open();
  await visit(page, base);
  const results = async (card: string, isWanted: (of: Record<string, string>) => boolean) => {
    const read = async () => {
      await page.goto('about:blank');
      await page.goto(`${base}/console/#/statistics`);
      await page.waitForSelector(handle(card));
      return figures(page, card);
    };
    return eventually(read, isWanted);
  };
  expect(await results('campaign-MA_demo_spring', ({ Orders }) => Orders === '1')).toMatchObject({
    ...{ Visitors: '1', 'Visits from its links': '1', 'Added to cart': '1', 'Paid orders': '1' },
    ...{ 'New buyers': '1', 'Returning buyers': '0', Sales: 'TWD\u00a0480' },
  });

  // Customer.io's times are whole seconds: a click in the second of the order would seem to precede it.
  await page.waitForTimeout(1000 - (Date.now() % 1000));
  await page.goto(`${base}/console/#/demo`);
  await page.click(handle('send-emails'));
  await page
    .locator(handle('said'))
    .getByText(/^Customer.io sent \d+ webhooks/)
    .waitFor();
  const link = await page.getByRole('link', { name: 'Open the email’s link' }).getAttribute('href');
  const flow = 'flow-5598349859474639045';
  expect(await results(flow, ({ Delivered }) => Delivered === '3')).toEqual({
    ...{ Sales: 'TWD\u00a00', Orders: '0', Journeys: '2', Sent: '3', Delivered: '3' },
    ...{ Opened: '1', 'Machine opens': '1', Clicked: '1' },
  });

  await buy(page, link ?? '');
  expect(await results('campaign-MA_demo_newsletter', ({ Orders }) => Orders === '1')).toMatchObject({
    ...{ Visitors: '1', 'Visits from its links': '1', 'New buyers': '0', 'Returning buyers': '1' },
  });
  expect(await figures(page, flow)).toMatchObject({ Orders: '1', Sales: 'TWD\u00a0480' });
  expect(await figures(page, 'campaign-MA_demo_spring')).toMatchObject({ Orders: '1' });

  await page.click(handle('report-now'));
  await page.locator(handle('said')).getByText('Reported to SHOPLINE.').waitFor();
  await eventually(
    () => page.getByText('Accepted by SHOPLINE').count(),
    (count) => count === 3,
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

test('an event of the shop comes into the console by itself, and what TikTok refuses is a dead letter', async () => {
  const { base, page, trouble } = await open();
  const { page: consolePage } = await openPage();
  await consolePage.goto(`${base}/console/#/demo`);
  await consolePage.click(handle('fault-tiktok-code'));
  await consolePage.locator(handle('said')).getByText('TikTok: Error code in a 200').waitFor();
  await consolePage.goto(`${base}/console/#/events`);
  await consolePage.locator(`${handle('live')}[data-live="true"]`).waitFor();
  await page.goto(`${base}/demo/${SPRING}`);
  await page.click(handle('consent-accept'));
  await page.click(`${handle('product')} >> nth=0`);
  await consolePage
    .getByRole('link', { name: /Product Viewed/ })
    .first()
    .waitFor();
  await consolePage.goto(`${base}/console/#/problems`);
  await eventually(
    async () => {
      await consolePage.reload();
      await consolePage.waitForSelector('h2');
      return consolePage.locator('[data-reason="rejected"]').count();
    },
    (count) => count > 0,
  );
  expect(await consolePage.locator('[data-reason="rejected"]').first().innerText()).toContain('field error');

  await consolePage.goto(`${base}/console/#/demo`);
  await consolePage.click(handle('fault-tiktok-works'));
  await consolePage.goto(`${base}/console/#/problems`);
  await consolePage.locator(handle('group-replay')).first().click();
  await consolePage.locator(handle('carry-out')).click();
  await consolePage
    .locator(handle('said'))
    .getByText(/being sent again/)
    .waitFor();
  await consolePage.goto(`${base}/console/#/events?name=Product+Viewed&destination=tiktok&outcome=delivered`);
  await eventually(
    async () => {
      await consolePage.reload();
      await consolePage.waitForSelector('h1');
      await consolePage.waitForTimeout(200);
      return consolePage.locator(handle('row')).count();
    },
    (count) => count > 0,
  );
  expect(trouble).toEqual([]);
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
