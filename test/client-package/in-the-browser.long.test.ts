import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bundleShop, installClient } from '../support/packed-client.ts';
import {
  arrives,
  arrivesInAll,
  attributes,
  html,
  invoke,
  test as shopper,
  snippet,
} from '../support/shopper.ts';
import { tempDir } from '../support/temp-dir.ts';

const STUB = readFileSync(new URL('../../client/demo/stub.js', import.meta.url), 'utf8');
const IMPORT = "import { createBeacon } from '@storebeacon/client';";
const APP = '<script src="/app.js"></script>';
/** In the order of the page, as no tag should be: so that a test can say who was first. */
const TAG = snippet({ key: 'of-the-tag' }).replace(' async', '');

const project = tempDir(afterAll);
beforeAll(() => installClient(project));

/** A test whose shop serves code of its own, bundled with ours, as `/app.js`. The collector is on another origin. */
const test = shopper.extend('app', ({ shop }) => async (code: (settings: string) => string) => {
  const settings = `endpoint: '${shop.collector}/', key: 'shop-1', consent: 'granted'`;
  const body = await bundleShop(project, `${IMPORT}\n${code(settings)}`);
  shop.route('GET', '/app.js', () => ({ body, headers: { 'Content-Type': 'text/javascript' } }));
});

describe('a shop that bundles us', () => {
  test('counts pages, what its markup says and what its code tells', async ({ shop, page, app }) => {
    await app(
      (settings) =>
        `createBeacon({ ${settings} }).track('Product Added', { product_id: 'p-1', price: 12.5 });`,
    );
    const product = { product_id: 'p-2', price: 480, currency: 'TWD' };
    const marked = attributes({ 'data-sb-event': 'Product Clicked', 'data-sb-product': product });
    shop.put('/teas', html(`<button ${marked}>Oolong</button>`, APP));
    await Promise.all([page.waitForResponse(/markup\.js/), page.goto('/teas')]);
    await page.click('button');
    await arrivesInAll(shop, page, ['Product Added', 'Product Clicked', 'page']);
    expect(shop.stored()).toContainEqual(
      expect.objectContaining({ event: 'Product Added', properties: { product_id: 'p-1', price: 12.5 } }),
    );
    expect(shop.stored()).toContainEqual(
      expect.objectContaining({ event: 'Product Clicked', properties: expect.objectContaining(product) }),
    );
    const [post] = shop.posts;
    expect(post).toMatchObject({ path: '/v1/b', origin: shop.origin });
    expect(JSON.parse(post?.body ?? '')).toMatchObject({ writeKey: 'shop-1' });
  });

  test('is seen by a router’s change of page too', async ({ shop, page, app }) => {
    await app((settings) => `createBeacon({ ${settings} });`);
    shop.put('/', html('', APP));
    await page.goto('/');
    await arrives(shop, ['page']);
    await page.evaluate(() => history.pushState(null, '', '/teas'));
    await arrives(shop, ['page', 'page']);
  });

  test('sends nothing before the visitor said yes', async ({ shop, page, app }) => {
    await app((settings) => `createBeacon({ ${settings}, consent: 'denied' }).track('Cart Viewed');`);
    shop.put('/', html('', APP));
    await page.goto('/');
    await page.evaluate(() => fetch('/a-moment-later'));
    expect(shop.posts).toEqual([]);
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
    await invoke(page, 'consent', { analytics: true });
    await arrives(shop, ['Cart Viewed', 'page']);
  });

  test('gets what it asks for besides from the collector', async ({ shop, page, app }) => {
    await app((settings) => `createBeacon({ ${settings}, captures: ['data-layer'] });`);
    const push = {
      event: 'view_item',
      ecommerce: { currency: 'TWD', items: [{ item_id: 'p-1', price: 480 }] },
    };
    shop.put('/', html(`<script>dataLayer = [${JSON.stringify(push)}]</script>`, APP));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto('/');
    await arrivesInAll(shop, page, ['Product Viewed']);
    expect(asked).toContain(`${shop.collector}/data-layer.js`);
  });
});

describe('there is one beacon on a page', () => {
  test('when two components of a shop create it', async ({ shop, page, app }) => {
    await app(
      (settings) => `const [one, two] = [createBeacon({ ${settings} }), createBeacon({ ${settings} })];
      document.title = String(one === two && one === window.storebeacon);
      two.track('Cart Viewed');`,
    );
    shop.put('/', html('', APP));
    await page.goto('/');
    await arrivesInAll(shop, page, ['Cart Viewed', 'page']);
    expect(shop.stored()[0]?.context.page.title).toBe('true');
  });

  test('when the code is loaded again, as while it is written', async ({ shop, page, app }) => {
    await app((settings) => `createBeacon({ ${settings} }).track('Cart Viewed');`);
    shop.put('/', html('', APP + APP));
    await page.goto('/');
    await arrivesInAll(shop, page, ['Cart Viewed', 'Cart Viewed', 'page']);
  });

  test.for([
    { order: 'before', head: TAG + APP, key: 'of-the-tag' },
    { order: 'after', head: APP + TAG, key: 'shop-1' },
  ])(
    'when there is a script tag $order it: the first one’s settings count',
    async ({ head, key }, { shop, page, app }) => {
      await app((settings) => `createBeacon({ ${settings} }).track('Cart Viewed');`);
      shop.put('/', html('', head));
      await page.goto('/');
      await arrivesInAll(shop, page, ['Cart Viewed', 'page']);
      expect(new Set(shop.posts.map(({ body }) => JSON.parse(body).writeKey))).toEqual(new Set([key]));
    },
  );

  test('when the stub took calls down before: they are made', async ({ shop, page, app }) => {
    await app((settings) => `createBeacon({ ${settings} }).track('Late');`);
    shop.put('/', html('', `<script>${STUB};storebeacon.track('Early')</script>${APP}`));
    await page.goto('/');
    await arrivesInAll(shop, page, ['Early', 'Late', 'page']);
  });
});

test('a shop that forgot its key is told so', async ({ shop, page, app }) => {
  await app(
    (settings) => `try { createBeacon({ ${settings}, key: undefined }); }
    catch (error) { document.title = error; }`,
  );
  shop.put('/', html('', APP));
  await page.goto('/');
  expect(await page.title()).toBe('TypeError: createBeacon needs text for: key');
  expect(await page.evaluate(() => typeof window.storebeacon)).toBe('undefined');
});
