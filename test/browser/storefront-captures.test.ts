import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import {
  arrives,
  arrivesInAll,
  attributes,
  html,
  inTime,
  invoke,
  snippet,
  test,
} from '../support/shopper.ts';
import type { Storefront } from '../support/storefront.ts';

/** SHOPLINE's event bus as themes define it, before any other script. */
const BUS = `<script>window.Shopline = { event: {
  _caches: {}, _listeners: {},
  on(name, listener) { (this._listeners[name] ||= []).push(listener); },
  off(name, listener) { this._listeners[name] = this._listeners[name]?.filter((other) => other !== listener); },
  emit(name, payload) {
    (this._caches[name] ||= []).push([payload]);
    for (const listener of this._listeners[name] ?? []) listener(payload);
  },
} };</script>`;
const emit = (name: string, data: unknown) =>
  `Shopline.event.emit('DataReport::${name}', ${JSON.stringify({ data })});`;
const jsonLd = (data: object) =>
  `<script type="application/ld+json">${JSON.stringify({ '@context': 'https://schema.org', ...data })}</script>`;

/** SHOPLINE's ids do not fit a JavaScript number. */
const TEA = { product_id: '16057039432335097907', name: 'Alishan Oolong', price: 480, currency: 'TWD' };
const BUS_TEA = {
  content_spu_id: TEA.product_id,
  content_sku_id: '18057039432335097907',
  content_name: TEA.name,
  title: TEA.name,
  currency: 'TWD',
  price: 480,
  value: 480,
  quantity: 1,
};
const LD_TEA = {
  '@type': 'Product',
  productID: TEA.product_id,
  name: TEA.name,
  offers: { '@type': 'Offer', price: '480.00', priceCurrency: 'TWD' },
};
const marked = (data: Record<string, unknown>, inside = '') => `<main ${attributes(data)}>${inside}</main>`;
const VIEW = { 'data-sb-event': 'Product Viewed', 'data-sb-on': 'view', 'data-sb-product': TEA };

const of = (shop: Storefront, event: string) => shop.stored().filter((message) => message.event === event);

describe('a product page is a product view, once', () => {
  const spoken = `<script>${emit('ViewContent', BUS_TEA)}</script>`;
  const nextPage = `<script>setTimeout(() => { ${emit('ViewContent', BUS_TEA)} }, 1200)</script>`;
  test.for([
    { source: 'SHOPLINE’s bus, before we came', body: spoken },
    { source: 'SHOPLINE’s bus, after we came', body: nextPage },
    { source: 'JSON-LD', body: jsonLd(LD_TEA) },
    { source: 'markup', body: marked(VIEW) },
    { source: 'all of them', body: spoken + jsonLd(LD_TEA) + marked(VIEW) },
    { source: 'all of them, the bus last', body: nextPage + jsonLd(LD_TEA) + marked(VIEW) },
  ])('told by $source', async ({ body }, { shop, page }) => {
    await page.clock.install();
    shop.put('/', html(body, BUS + snippet()));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Product Viewed']);
    expect(of(shop, 'Product Viewed')[0]?.properties).toMatchObject(TEA);
  });

  test('and the next product is another, where pages change without a reload', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html(jsonLd(LD_TEA)));
    await page.goto('/');
    await inTime(page, () => of(shop, 'Product Viewed').length === 1);
    const next = jsonLd({ ...LD_TEA, productID: '2', name: 'Celadon Cup' });
    await page.evaluate((next) => {
      history.pushState(null, '', '/cup');
      document.body.innerHTML = next;
    }, next);
    await inTime(page, () => of(shop, 'Product Viewed').length === 2);
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Product Viewed', 'page', 'Product Viewed']);
    expect(of(shop, 'Product Viewed').map(({ properties }) => properties.name)).toEqual([
      TEA.name,
      'Celadon Cup',
    ]);
  });
});

describe('adding to the cart', () => {
  const report = `setTimeout(() => { ${emit('AddToCart', BUS_TEA)} }, 400)`;
  const own = { 'data-sb-event': 'Product Added', 'data-sb-quantity': '1' };
  const inProduct = (button: string) => marked({ 'data-sb-product': TEA }, button);
  const BUTTONS = [
    { source: 'SHOPLINE’s bus', button: `<button ${attributes({ onclick: report })}>Add</button>` },
    { source: 'markup', button: inProduct(`<button ${attributes(own)}>Add</button>`) },
    { source: 'both', button: inProduct(`<button ${attributes({ ...own, onclick: report })}>Add</button>`) },
  ];
  test.for(BUTTONS)('counts once, told by $source', async ({ button }, { shop, page }) => {
    await page.clock.install();
    shop.put('/', html(button, BUS + snippet()));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.click('button');
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Product Added']);
    expect(of(shop, 'Product Added')[0]?.properties).toMatchObject({ ...TEA, quantity: 1 });
  });

  test.for(BUTTONS)(
    'of the same product again two seconds later counts twice, told by $source',
    async ({ button }, { shop, page }) => {
      await page.clock.install();
      shop.put('/', html(button, BUS + snippet()));
      await page.goto('/');
      await invoke(page, 'anonymousId');
      await page.click('button');
      await page.clock.runFor(2_000);
      await page.click('button');
      await page.clock.runFor(10_000);
      await arrivesInAll(shop, page, ['page', 'Product Added', 'Product Added']);
    },
  );

  test('told by the shop’s own code, every call counts', async ({ shop, page }) => {
    shop.put('/', html());
    await page.goto('/');
    for (let nth = 0; nth < 3; nth++) await invoke(page, 'track', 'Product Added', TEA);
    await arrivesInAll(shop, page, ['page', 'Product Added', 'Product Added', 'Product Added']);
  });
});

describe('an order is counted once', () => {
  const THANK_YOU = '/trade/thank_you?mainOrderMark=x&mainOrderSeq=1001';
  const ORDER = { order_id: '1001', total: 960, currency: 'TWD' };
  const LD_ORDER = {
    '@type': 'Order',
    orderNumber: '1001',
    price: '960',
    priceCurrency: 'TWD',
    acceptedOffer: { '@type': 'Offer', itemOffered: LD_TEA, price: '480', priceCurrency: 'TWD' },
  };
  const bus = emit('CompleteOrder', {
    value: 960,
    currency: 'TWD',
    contents: [{ content_spu_id: TEA.product_id, quantity: 2 }],
  });
  const called = `storebeacon.track('Order Completed', ${JSON.stringify(ORDER)});`;
  const data = { 'data-sb-event': 'Order Completed', 'data-sb-on': 'view', 'data-sb-order-id': '1001' };
  const money = { 'data-sb-total': '960', 'data-sb-currency': 'TWD' };
  const SOURCES = [
    { source: 'SHOPLINE’s bus', body: `<script>${bus}</script>` },
    { source: 'JSON-LD', body: jsonLd(LD_ORDER) },
    { source: 'markup', body: marked({ ...data, ...money }, 'Thank you') },
    { source: 'the shop’s own code', body: `<script>addEventListener('load', () => { ${called} })</script>` },
  ];
  const ALL = { source: 'all of them', body: SOURCES.map(({ body }) => body).join('') };

  test.for([...SOURCES, ALL])('told by $source', async ({ body }, { shop, page }) => {
    await page.clock.install();
    shop.put('/trade/thank_you', html(body, BUS + snippet()));
    await page.goto(THANK_YOU);
    await invoke(page, 'anonymousId');
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Order Completed']);
    expect(of(shop, 'Order Completed')[0]?.properties).toMatchObject(ORDER);
  });

  test('however often the page is reloaded, opened elsewhere or gone back to', async ({
    shop,
    page,
    visitor,
  }) => {
    shop.put('/trade/thank_you', html(ALL.body, BUS + snippet()));
    const arrivedOnce = (views: number) => arrives(shop, ['Order Completed', ...Array(views).fill('page')]);
    await page.goto(THANK_YOU);
    await arrivedOnce(1);
    await page.reload();
    await arrivedOnce(2);
    const other = await visitor.newPage();
    await other.goto(THANK_YOU);
    await arrivedOnce(3);
    await page.goto('/elsewhere');
    await page.goBack();
    await arrivedOnce(4);
    await arrivesInAll(shop, page, ['Order Completed', ...Array(4).fill('page')]);
  });
});

describe('markup says what happens', () => {
  const inProduct = (element: string) => marked({ 'data-sb-product': TEA }, element);
  const expectReported = async (shop: Storefront, page: Page, event: string, properties: object) => {
    await arrivesInAll(shop, page, ['page', event]);
    expect(of(shop, event)[0]?.properties).toMatchObject(properties);
  };

  test('when something is clicked, with its own words before those around it', async ({ shop, page }) => {
    const button = `<button data-sb-event="Product Added to Wishlist" data-sb-wishlist-name="Winter" data-sb-price="420"><b>Keep</b></button>`;
    shop.put('/', html(inProduct(button)));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.click('b');
    await expectReported(shop, page, 'Product Added to Wishlist', {
      ...TEA,
      wishlist_name: 'Winter',
      price: 420,
    });
  });

  test('when a form is submitted, and not when it is clicked', async ({ shop, page }) => {
    const form = `<form data-sb-event="Product Reviewed" data-sb-on="submit" data-sb-rating="5" onsubmit="event.preventDefault()">
      <i>Five stars</i><button>Send</button></form>`;
    shop.put('/', html(inProduct(form)));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.click('i');
    await page.click('button');
    await expectReported(shop, page, 'Product Reviewed', { product_id: TEA.product_id, rating: '5' });
  });

  test('when something comes into sight, once', async ({ shop, page }) => {
    await page.clock.install();
    const banner = `<div style="height: 300vh"></div>
      <p data-sb-event="Promotion Viewed" data-sb-on="view" data-sb-promotion-id="spring">Spring</p>`;
    shop.put('/', html(banner));
    await page.goto('/');
    await page.clock.runFor(5_000);
    await arrives(shop, ['page']);
    for (const y of [9_999, 0, 9_999]) {
      await page.evaluate((y) => scrollTo(0, y), y);
      await page.clock.runFor(2_000);
    }
    await expectReported(shop, page, 'Promotion Viewed', { promotion_id: 'spring' });
  });
});

describe('a TikTok pixel that is on the page already', () => {
  const PIXEL = 'window.ttq = { calls: [], track(...call) { this.calls.push(call); } };';
  const ORDER = { order_id: '1001', value: 960, currency: 'TWD', products: [{ ...TEA, quantity: 2 }] };
  type Call = [name: string, properties: Record<string, unknown>, options: { event_id: string }];
  const calls = (page: Page): Promise<Call[]> =>
    page.evaluate(() => (window as unknown as { ttq?: { calls: Call[] } }).ttq?.calls ?? []);
  const called = (page: Page, names: string[]) =>
    expect
      .poll(async () => (await calls(page)).map(([name]) => name), { timeout: 8_000, interval: 25 })
      .toEqual(names);
  const mirror = (consent: string) => snippet({ consent, pixel: 'mirror' });

  test.for([
    { when: 'before us', head: `<script>${PIXEL}</script>${mirror('granted')}` },
    { when: 'after us', head: `${mirror('granted')}<script>setTimeout(() => { ${PIXEL} }, 800)</script>` },
  ])(
    'that loads $when hears of an order under the id the collector uses',
    async ({ head }, { shop, page }) => {
      shop.put('/', html('', head));
      await page.goto('/');
      await invoke(page, 'track', 'Product Added', { ...TEA, quantity: 2 });
      await invoke(page, 'track', 'Order Completed', ORDER);
      await called(page, ['AddToCart', 'PlaceAnOrder', 'Purchase']);
      await arrives(shop, ['page', 'Product Added', 'Order Completed']);
      const [added, placed, bought] = await calls(page);
      expect(added?.[2]).toEqual({ event_id: of(shop, 'Product Added')[0]?.messageId });
      for (const call of [placed, bought]) {
        expect(call?.[1]).toMatchObject({ value: 960, currency: 'TWD' });
        expect(call?.[2]).toEqual({ event_id: 'order:1001' });
      }
    },
  );

  test('hears of an order that is not paid yet as placed, not as bought', async ({ shop, page }) => {
    shop.put('/', html('', `<script>${PIXEL}</script>${mirror('granted')}`));
    await page.goto('/');
    await invoke(page, 'track', 'Order Completed', { ...ORDER, financial_status: 'unpaid' });
    await invoke(page, 'track', 'Checkout Started', ORDER);
    const names = async () => (await calls(page)).map(([name]) => name).toSorted();
    // In either order: an order waits for the collector's answer.
    await expect.poll(names, { timeout: 8_000, interval: 25 }).toEqual(['InitiateCheckout', 'PlaceAnOrder']);
  });

  test('hears nothing before and without a yes to advertising', async ({ shop, page }) => {
    shop.put('/', html('', `<script>${PIXEL}</script>${mirror('denied')}`));
    await page.goto('/', { waitUntil: 'networkidle' });
    await invoke(page, 'track', 'Order Completed', ORDER);
    await invoke(page, 'consent', { analytics: true, marketing: true });
    await invoke(page, 'track', 'Checkout Started', ORDER);
    await arrives(shop, ['page', 'Order Completed', 'Checkout Started']);
    await invoke(page, 'consent', { advertising: true });
    await invoke(page, 'track', 'Product Added', TEA);
    await called(page, ['AddToCart']);
  });

  test('hears nothing from a shop that did not ask for it', async ({ shop, page }) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    shop.put('/', html('', `<script>${PIXEL}</script>${snippet()}`));
    await page.goto('/');
    await invoke(page, 'track', 'Order Completed', ORDER);
    await arrives(shop, ['page', 'Order Completed']);
    expect(await calls(page)).toEqual([]);
    expect(asked).not.toContain('/pixel-tiktok.js');
  });
});
