import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Received, type ShopServer, serveShop, withSnippet } from '../support/shop-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** SHOPLINE's bus as a theme defines it in the head: it remembers what was said before we came. */
const BUS = `<script>
window.Shopline = { event: { _caches: {}, heard: {},
  on(name, listener) { (this.heard[name] ??= []).push(listener) },
  emit(name, payload) { (this._caches[name] ??= []).push([payload]); (this.heard[name] ?? []).forEach((f) => f(payload)) } } };
</script>`;
const LD = (data: unknown) => `<script type="application/ld+json">${JSON.stringify(data)}</script>`;
const PRODUCT = {
  '@context': 'https://schema.org',
  '@type': 'Product',
  name: 'Oolong',
  sku: 'SKU-1',
  offers: { '@type': 'Offer', price: '480', priceCurrency: 'TWD' },
};
const VIEW = {
  content_spu_id: 'spu-1',
  content_sku_id: 'sku-1',
  title: 'Oolong',
  price: 480,
  currency: 'TWD',
  quantity: 1,
};
const ORDER = {
  order_id: '2611210001',
  order_number: 'DL1',
  currency: 'TWD',
  totalPrice: 960,
  email: 'a@b.example',
};

async function inShop(pages: Record<string, string>, story: (page: Page, shop: ShopServer) => Promise<void>) {
  await using shop = await serveShop(pages);
  const visitor = await browser.newContext();
  try {
    await story(await visitor.newPage(), shop);
  } finally {
    await visitor.close();
  }
}
const tracks = (shop: ShopServer): Received[] => shop.stored().filter(({ type }) => type === 'track');
const pause = (page: Page) => page.waitForTimeout(1500);

test('bus, JSON-LD and markup tell of one view and one cart change: each is reported once', () =>
  inShop(
    {
      '/tea': withSnippet(
        'data-consent="granted"',
        `${BUS}${LD(PRODUCT)}
<div data-sb-event="Product Viewed" data-sb-on="view" data-sb-product-id="spu-1">Oolong</div>
<button data-sb-event="Product Added" data-sb-product='{"product_id":"spu-1","price":480}' data-sb-quantity="2">Add</button>
<script>
Shopline.event.emit('DataReport::ViewContent', { data: ${JSON.stringify(VIEW)} });
document.querySelector('button').addEventListener('click', () => setTimeout(() =>
  Shopline.event.emit('DataReport::AddToCart', { data: ${JSON.stringify({ ...VIEW, quantity: 2, value: 480 })} }), 300));
</script>`,
      ),
    },
    async (page, shop) => {
      await page.goto(`${shop.url}/tea`);
      await page.waitForFunction(() => window.storebeacon?.anonymousId);
      await page.click('button');
      await pause(page);
      expect(tracks(shop).map(({ event }) => event)).toEqual(['Product Viewed', 'Product Added']);
      expect(tracks(shop)[1]?.properties).toMatchObject({ product_id: 'spu-1', quantity: 2, value: 960 });
      await page.click('button');
      await pause(page);
      expect(tracks(shop).filter(({ event }) => event === 'Product Added')).toHaveLength(2);
    },
  ));

test('an order counts once, however often its page is loaded and whoever tells of it', () =>
  inShop(
    {
      '/thanks': withSnippet(
        'data-consent="granted"',
        `${BUS}${LD({ '@type': 'Order', orderNumber: ORDER.order_id, price: '960', priceCurrency: 'TWD' })}
<script>Shopline.event.emit('DataReport::Purchase', { data: ${JSON.stringify(ORDER)} })</script>`,
      ),
    },
    async (page, shop) => {
      for (let turn = 0; turn < 3; turn++) {
        await page.goto(`${shop.url}/thanks?mainOrderSeq=${ORDER.order_id}`);
        await pause(page);
      }
      expect(tracks(shop)).toHaveLength(1);
      expect(tracks(shop)[0]).toMatchObject({
        event: 'Order Completed',
        properties: {
          order_id: '2611210001',
          order_number: 'DL1',
          total: 960,
          currency: 'TWD',
          email: 'a@b.example',
        },
      });
    },
  ));

test('a bus that comes late is heard too', () =>
  inShop({ '/': withSnippet() }, async (page, shop) => {
    await page.goto(shop.url);
    await page.waitForTimeout(700);
    await page.evaluate((code) => {
      const script = document.createElement('script');
      script.textContent = code.replace(/<\/?script>/g, '');
      document.head.append(script);
    }, BUS);
    await page.waitForTimeout(700);
    await page.evaluate(
      (data) =>
        (
          window as unknown as { Shopline: { event: { emit(name: string, payload: unknown): void } } }
        ).Shopline.event.emit('DataReport::ViewContent', { data }),
      VIEW,
    );
    await expect.poll(() => tracks(shop).map(({ event }) => event)).toEqual(['Product Viewed']);
  }));

test('with data-pixel="mirror" the pixel hears the same under the same id, and only while advertising is allowed', () =>
  inShop(
    {
      '/': withSnippet(
        'data-consent="denied" data-pixel="mirror"',
        `<script>window.calls = []; window.ttq = { track: (...call) => calls.push(call) }</script>`,
      ),
      '/plain': withSnippet(),
    },
    async (page, shop) => {
      const fetched: string[] = [];
      page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
      await page.goto(`${shop.url}/plain`);
      expect(fetched).not.toContain('/pixel-tiktok.js');
      await page.goto(shop.url);
      const say = (choice: { advertising: boolean; analytics: boolean }, order: string) =>
        page.evaluate(
          ([allowed, id]) => {
            window.storebeacon?.consent(allowed);
            window.storebeacon?.track('Order Completed', { order_id: id, total: 960, currency: 'TWD' });
          },
          [choice, order] as const,
        );
      await page.waitForFunction(() => window.storebeacon?.anonymousId);
      await say({ advertising: false, analytics: true }, 'no');
      await say({ advertising: true, analytics: true }, 'yes');
      const calls = () => page.evaluate(() => (window as unknown as { calls: unknown[][] }).calls);
      await expect.poll(async () => (await calls()).length).toBe(2);
      expect((await calls()).map(([name, , options]) => [name, options])).toEqual([
        ['PlaceAnOrder', { event_id: 'order:yes' }],
        ['Purchase', { event_id: 'order:yes' }],
      ]);
      await expect.poll(() => tracks(shop).length).toBe(2);
    },
  ));
