import { readFileSync } from 'node:fs';
import type { Page, Response as PageResponse } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Collector, eventually, startCollector, WRITE_KEY } from '../support/collector.ts';
import { test } from '../support/shopper.ts';

const read = (path: string) => readFileSync(new URL(`../../client/${path}`, import.meta.url), 'utf8');

/** What a sandbox asks of its page, and what the page tells it, as platforms do it: by message. */
const PAGE = `
  const answer = {
    get: (name) => document.cookie.split('; ').find((pair) => pair.startsWith(name + '='))?.slice(name.length + 1) ?? '',
    set: (cookie) => void (document.cookie = cookie),
    getItem: (key) => localStorage.getItem(key),
    setItem: (key, value) => localStorage.setItem(key, value),
  };
  const serve = (target, { id, method, args }) => target.postMessage({ id, result: answer[method](...args) }, '*');
`;
const SANDBOX = (post: string) => `
  let last = 0;
  const waiting = new Map();
  const listeners = [];
  const ask = (method) => (...args) => new Promise((resolve) => {
    waiting.set(++last, resolve);
    ${post}({ id: last, method, args });
  });
  addEventListener('message', ({ data }) => {
    if (data.id) waiting.get(data.id)?.(data.result);
    else for (const [name, callback] of listeners) if (name === data.name) callback(data.event);
  });
  const lent = {
    analytics: { subscribe: (name, callback) => listeners.push([name, callback]) },
    browser: {
      cookie: { get: ask('get'), set: ask('set') },
      localStorage: { getItem: ask('getItem'), setItem: ask('setItem') },
    },
  };
`;
const inScript = (text: string) => JSON.stringify(text).replace(/</g, '\\u003c');
const inHtml = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');

const framed = (script: string) => `<!doctype html><title>Checkout</title><script>${PAGE}
  addEventListener('message', ({ source, data }) => serve(source, data));
  window.publish = (name, event) => frames[0].postMessage({ name, event }, '*');
  </script><iframe sandbox="allow-scripts allow-forms" srcdoc="${inHtml(
    `<!doctype html><head></head><script>${script}</script>`,
  )}"></iframe>`;

/** The pasted text in a frame without an origin; a pasted script is a function there, and nothing it lends is global. */
const lax = (pasted: string, provided: string) =>
  framed(`${SANDBOX("((told) => parent.postMessage(told, '*'))")}
    (({ analytics, browser, init, api }) => { ${pasted} })({ ...lent, ${provided} });`);

/** A worker started from a text inside such a frame, as an app pixel is. */
const strict = (code: string, provided: string) => {
  const started = `${SANDBOX('self.postMessage')}
    const sandbox = { ...lent, ${provided} };
    const begin = (start) => start(sandbox);
    ${code}`;
  return framed(`const worker = new Worker(URL.createObjectURL(new Blob([${inScript(started)}])));
    worker.onmessage = ({ data }) => parent.postMessage(data, '*');
    addEventListener('message', ({ data }) => worker.postMessage(data));`);
};

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector(
    { ALLOWED_ORIGINS: 'null, http://127.0.0.1:9', CONSENT_DEFAULT: 'denied' },
    { whenOver: afterAll },
  );
});

const pasted = (platform: 'shopify' | 'shopline', events = 'all', consent = 'denied') =>
  read(`theme/pixels/${platform}-custom-pixel.js`)
    .replace('https://collect.shop.example', collector.base)
    .replace('YOUR-WRITE-KEY', WRITE_KEY)
    .replace("events: 'checkout'", `events: '${events}'`)
    .replace("consent: 'denied'", `consent: '${consent}'`);
const settings = (events: string) =>
  `settings: ${JSON.stringify({ endpoint: collector.base, key: WRITE_KEY, consent: 'granted', events })}`;

const publish = (page: Page, name: string, event: unknown) =>
  page.evaluate(
    ([name, event]) => (window as unknown as { publish(...published: unknown[]): void }).publish(name, event),
    [name, event] as const,
  );

/** The collector's script is the built one, whatever routes this collector knows. */
const serveScripts = (page: Page) =>
  page.route(/\/pixel-shop(ify|line)\.js$/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: read(`dist${new URL(route.request().url()).pathname}`),
    }),
  );

const AT = () => new Date().toISOString();
const context = (path: string) => ({
  document: {
    location: { href: `https://shop.example${path}`, pathname: path },
    referrer: 'https://shop.example/',
    title: 'Dewleaf Teas',
  },
  navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0', language: 'zh-TW' },
});
const money = (amount: number) => ({ amount, currencyCode: 'TWD' });
const tea = {
  id: '43',
  title: '150 g',
  sku: 'TEA-1',
  price: money(480),
  product: { id: '63', title: 'Oolong' },
};
const checkout = {
  token: 'checkout-1',
  currencyCode: 'TWD',
  email: 'alice@example.com',
  totalPrice: money(1040),
  shippingLine: { price: money(80) },
  totalTax: money(0),
  lineItems: [{ id: 'l', title: 'Oolong', quantity: 2, variant: tea }],
};
const YES = '{ analyticsProcessingAllowed: true, marketingAllowed: true, saleOfDataAllowed: true }';
const line = { merchandise: tea, quantity: 2, cost: { totalAmount: money(960) } };

const arrived = (ids: string[]) =>
  eventually(
    () => collector.events.filter(({ messageId }) => ids.includes(messageId)),
    (found) => new Set(found.map(({ messageId }) => messageId)).size === ids.length,
  );

describe('Shopify', () => {
  test('a whole visit arrives from a custom pixel, whose requests have no origin and are given no cookie', async ({
    shop,
    page,
  }) => {
    await serveScripts(page);
    const provided = `init: { data: {}, customerPrivacy: ${YES} }, api: { customerPrivacy: { subscribe() {} } }`;
    shop.put('/', lax(pasted('shopify'), provided));
    const answers: PageResponse[] = [];
    page.on('response', (response) => response.url().endsWith('/v1/b') && answers.push(response));
    await page.goto('/');
    await page.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: as the storefront’s own snippet sets them.
      document.cookie = '_sb_id=11111111-2222-4333-8444-555555555555';
      // biome-ignore lint/suspicious/noDocumentCookie: as above.
      document.cookie = 'ttclid=E.C.P.1';
    });
    await page.frameLocator('iframe').locator('script[src]').waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    const visit: [string, unknown][] = [
      ['page_viewed', {}],
      ['product_viewed', { productVariant: tea }],
      ['product_added_to_cart', { cartLine: line }],
      ['cart_viewed', { cart: { id: 'cart-1', cost: { totalAmount: money(960) }, lines: [line] } }],
      ['checkout_started', { checkout }],
      ['checkout_contact_info_submitted', { checkout }],
      ['checkout_address_info_submitted', { checkout }],
      ['checkout_shipping_info_submitted', { checkout }],
      ['payment_info_submitted', { checkout }],
      ['checkout_completed', { checkout: { ...checkout, order: { id: '5210499102' } } }],
    ];
    for (const [nth, [name, data]] of visit.entries())
      await publish(page, name, { id: `sh-${nth}`, timestamp: AT(), context: context('/'), data });
    const events = await arrived(visit.map((_, nth) => `sh-${nth}`));
    expect(events.map(({ type, event }) => event ?? type)).toEqual([
      'page',
      'Product Viewed',
      'Product Added',
      'Cart Viewed',
      'Checkout Started',
      'Checkout Step Completed',
      'Checkout Step Completed',
      'Checkout Step Completed',
      'Payment Info Entered',
      'Order Completed',
    ]);
    const product = {
      product_id: '63',
      variant_id: '43',
      sku: 'TEA-1',
      name: 'Oolong',
      variant: '150 g',
      price: 480,
      currency: 'TWD',
      quantity: 2,
    };
    expect(events[2]?.properties).toEqual({ ...product, value: 960 });
    expect(events.at(-1)).toMatchObject({
      identity: { anonymousId: '11111111-2222-4333-8444-555555555555', emailSha256: expect.any(String) },
      consent: { advertising: true, analytics: true, marketing: true },
      context: { tiktok: { ttclid: 'E.C.P.1' }, page: { url: 'https://shop.example/' } },
    });
    expect(events.at(-1)?.properties).toEqual({
      order_id: '5210499102',
      checkout_id: 'checkout-1',
      total: 1040,
      shipping: 80,
      tax: 0,
      currency: 'TWD',
      products: [product],
    });
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) {
      const headers = await answer.allHeaders();
      expect((await answer.request().allHeaders()).origin).toBe('null');
      expect(headers['access-control-allow-origin']).toBe('null');
      expect(headers).not.toHaveProperty('set-cookie');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  test('from an app’s worker too', async ({ shop, page }) => {
    const provided = `${settings('checkout')}, init: { data: {}, customerPrivacy: ${YES} }`;
    shop.put(
      '/',
      strict(
        `self.shopify = { extend: (_point, start) => begin(start) };
${read('dist/pixel-shopify.js')}`,
        provided,
      ),
    );
    await page.goto('/');
    await publish(page, 'page_viewed', { id: 'w-0', context: context('/'), data: {} });
    const bought = { checkout: { ...checkout, order: { id: '5210499103' } } };
    await publish(page, 'checkout_completed', {
      id: 'w-1',
      timestamp: AT(),
      context: context('/'),
      data: bought,
    });
    const [order] = await arrived(['w-1']);
    expect(order?.properties).toMatchObject({ order_id: '5210499103', total: 1040 });
    expect(collector.events.some(({ messageId }) => messageId === 'w-0')).toBe(false);
  });
});

describe('SHOPLINE', () => {
  const list = [{ spuId: 'spu-1', skuId: 'sku-1', title: 'Oolong', price: 480, quantity: 2 }];
  const order = (orderSeq: string) => ({
    orderSeq,
    appOrderSeq: '1001',
    value: 1040,
    shippingAmount: 80,
    taxAmount: 0,
    currency: 'TWD',
    customer_id: '2004',
    list,
  });
  const published = (id: string, data: unknown) => ({
    id,
    clientId: 'c',
    name: 'login',
    timestamp: String(Date.now()),
    context: context('/checkout'),
    data,
  });
  const want = (order_id: string) => ({
    order_id,
    order_number: '1001',
    total: 1040,
    shipping: 80,
    tax: 0,
    currency: 'TWD',
    products: [
      { product_id: 'spu-1', variant_id: 'sku-1', name: 'Oolong', price: 480, quantity: 2, value: 960 },
    ],
  });

  test('an order arrives from an app’s worker, and keeps the visitor for the next page', async ({
    shop,
    page,
  }) => {
    shop.put(
      '/',
      strict(
        `self.configure = begin;
${read('dist/pixel-shopline.js')}`,
        settings('all'),
      ),
    );
    await page.goto('/');
    await publish(page, 'checkout_started', published('sl-0', { value: 960, currency: 'TWD', list }));
    await publish(page, 'checkout_completed', published('sl-1', order('21050224312121887324667162')));
    const [started, completed] = await arrived(['sl-0', 'sl-1']);
    expect(started).toMatchObject({ event: 'Checkout Started', properties: { value: 960, currency: 'TWD' } });
    expect(completed?.properties).toEqual(want('21050224312121887324667162'));
    expect(completed?.identity).toMatchObject({ userId: '2004', anonymousId: started?.identity.anonymousId });
    await page.reload();
    await publish(page, 'checkout_completed', published('sl-2', order('21050224312121887324667162')));
    await publish(page, 'page_viewed', published('sl-3', {}));
    const [nextPage] = await arrived(['sl-3']);
    expect(nextPage?.identity.anonymousId).toBe(started?.identity.anonymousId);
    expect(collector.events.some(({ messageId }) => messageId === 'sl-2')).toBe(false);
  });

  test('a custom pixel waits for the choice the storefront records', async ({ shop, page }) => {
    await serveScripts(page);
    shop.put('/', lax(pasted('shopline'), ''));
    await page.goto('/');
    await page.frameLocator('iframe').locator('script[src]').waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    await publish(page, 'checkout_completed', published('sl-4', order('7')));
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
    await page.evaluate(() =>
      localStorage.setItem('_sb', '{"choice":{"advertising":true,"analytics":true,"marketing":true}}'),
    );
    const [completed] = await arrived(['sl-4']);
    expect(completed?.properties).toEqual(want('7'));
  });
});
