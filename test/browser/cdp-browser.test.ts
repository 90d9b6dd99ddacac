import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Request } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { eventually, startCollector, WRITE_KEY } from '../support/collector.ts';

const SDK = readFileSync(
  new URL('../../node_modules/@customerio/cdp-analytics-browser/dist/umd/standalone.js', import.meta.url),
);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A shop of somebody else's making: one page with Customer.io's own script on it, which `head` points somewhere. */
async function openShop(): Promise<{ origin: string; setHead(html: string): void }> {
  let head = '';
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') response.setHeader('Content-Type', 'text/javascript').end(SDK);
    else if (request.url === '/favicon.ico') response.writeHead(204).end();
    else
      response
        .setHeader('Content-Type', 'text/html')
        .end(`<!doctype html><title>Teas</title>${head}<script async src="/sdk.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setHead: (html) => {
      head = html;
    },
  };
}

/** What the vendor's snippet leaves for its script: where to ask for settings, options, and calls made meanwhile. */
const stub = (cdnURL: string, options: unknown) => `<script>
  window.analytics = [['page'], ['identify', 'customer-7', { email: 'Lin@Shop.example', plan: 'gold' }]];
  Object.assign(analytics, {
    _writeKey: '${WRITE_KEY}', _cdn: '${cdnURL}', _loadOptions: ${JSON.stringify(options)},
    invoked: true, initialize: false
  });
</script>`;

interface Sdk {
  initialized?: boolean;
  user(): { anonymousId(): string };
  track(event: string, properties: object): Promise<unknown>;
}

const isReady = (page: Page) =>
  page.evaluate(() => (window as unknown as { analytics: Sdk }).analytics.initialized === true);

function buy(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const { analytics } = window as unknown as { analytics: Sdk };
    const products = [{ product_id: 'T-1', price: 480, quantity: 2 }];
    await analytics.track('Product Viewed', { product_id: 'T-1', price: 480, currency: 'TWD' });
    await analytics.track('Order Completed', { order_id: '1001', total: 960, currency: 'TWD', products });
    return analytics.user().anonymousId();
  });
}

const batching = { strategy: 'batching', config: { size: 4, timeout: 1_000 } };

test.each([
  { mode: 'event by event', options: {}, paths: ['/v1/i', '/v1/p', '/v1/t', '/v1/t'] },
  {
    mode: 'in batches',
    options: { integrations: { 'Customer.io Data Pipelines': { deliveryStrategy: batching } } },
    paths: ['/v1/b'],
  },
])('Customer.io’s browser script only needs another address: $mode', async ({ options, paths }) => {
  const shop = await openShop();
  const { base, sandbox, stop } = await startCollector({
    ALLOWED_ORIGINS: shop.origin,
    SHOPLINE_EVENT_CODES: { 'Product Viewed': 'Z_view_product', 'Order Completed': 'Z_sale_order' },
  });
  shop.setHead(stub(base, options));
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const trouble: string[] = [];
  const asked: Request[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
  page.on('requestfailed', (request) => trouble.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => response.ok() || trouble.push(`${response.status()} ${response.url()}`));
  page.on('request', (request) => asked.push(request));

  await page.goto(`${shop.origin}/?ttclid=E.C.P.spring`);
  await eventually(async () => trouble.length > 0 || (await isReady(page)), Boolean);
  expect(trouble).toEqual([]);
  const anonymousId = await buy(page);
  const counts = () =>
    (['customerio', 'tiktok', 'shopline'] as const).map((api) => sandbox.accepted(api).length);
  await eventually(counts, (found) => found.join() === '4,3,2');
  await page.close();
  await stop();

  expect(trouble).toEqual([]);
  expect(counts()).toEqual([4, 3, 2]);
  const toUs = asked.filter((request) => request.url().startsWith(base));
  expect(asked.filter((request) => !request.url().startsWith(shop.origin))).toEqual(toUs);
  expect(toUs[0]?.url()).toBe(`${base}/v1/projects/${WRITE_KEY}/settings`);
  const posts = toUs.filter((request) => request.method() === 'POST');
  expect(posts.map((request) => new URL(request.url()).pathname).sort()).toEqual(paths);

  const messages = posts
    .map((request) => JSON.parse(request.postData() ?? ''))
    .flatMap((body: { batch?: unknown[] }) => body.batch ?? [body]) as { type: string; messageId: string }[];
  const accepted = sandbox.accepted('customerio') as { type: string; messageId: string }[];
  expect(accepted.map(({ messageId }) => messageId).sort()).toEqual(
    messages.map(({ messageId }) => messageId).sort(),
  );
  const userId = 'customer-7';
  const traits = { plan: 'gold', email_sha256: sha256('lin@shop.example') };
  expect([...accepted].sort((a, b) => order(a) - order(b))).toMatchObject([
    { type: 'page', anonymousId, properties: { title: 'Teas' } },
    { type: 'identify', userId, anonymousId, traits },
    { type: 'track', userId, event: 'Product Viewed' },
    { type: 'track', userId, event: 'Order Completed' },
  ]);

  const user = {
    external_id: sha256(userId),
    ttclid: 'E.C.P.spring',
    ip: '127.0.0.1',
    user_agent: expect.stringContaining('Chrome'),
  };
  const viewed = messages.find((message) => 'event' in message && message.event === 'Product Viewed');
  expect(sandbox.accepted('tiktok')).toMatchObject([
    { event: 'ViewContent', event_id: viewed?.messageId, user },
    { event: 'PlaceAnOrder', event_id: 'order:1001', user, properties: { value: 960 } },
    { event: 'Purchase', event_id: 'order:1001', user, properties: { value: 960 } },
  ]);
  const user_id = [
    { type: 'uid', value: userId, channel_type: 'Z_store' },
    { type: 'anonymousId', value: anonymousId },
  ];
  expect(sandbox.accepted('shopline')).toMatchObject([
    { event_code: 'Z_view_product', user_id },
    { event_code: 'Z_sale_order', user_id, attrs: { order_id: '1001' } },
  ]);
});

const order = ({ type, event = '' }: { type: string; event?: string }) =>
  ['page', 'identify', 'Product Viewed', 'Order Completed'].indexOf(event || type);
