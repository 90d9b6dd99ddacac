import { describe, expect } from 'vitest';
import { arrives, arrivesInAll, html, invoke, snippet, test } from '../support/shopper.ts';

const STOCK = { teas: ['Alishan Oolong', 'Oriental Beauty'] };
const button = '<button data-sb-event="Chat Opened">Chat</button>';
/** What the shop's own page does once it is whole. It works as well with us as without us. */
const own = `<script>
  addEventListener('load', () => {
    const request = new XMLHttpRequest();
    request.onload = () => { document.title = JSON.parse(request.responseText).teas[1]; };
    request.open('GET', '/stock');
    request.send();
  });
</script>`;

const PRODUCT = { product_id: 'p-1', products: [{ sku: 'T-1', price: 480 }] };

/** `told`: what arrives of `PRODUCT`, where that is not all of it. */
const BENT: { what: string; script: string; recorded?: Record<string, unknown> }[] = [
  { what: 'fetch throws', script: `window.fetch = () => { throw new Error('the shop’s fetch'); };` },
  {
    what: 'JSON is wrapped',
    script: `const native = JSON;
      window.JSON = { parse: (...call) => native.parse(...call), stringify: (...call) => native.stringify(...call) };`,
  },
  {
    what: 'Promise is a class of the shop’s own',
    script: 'window.Promise = class extends Promise { get isOurs() { return true; } };',
  },
  {
    what: 'arrays have more methods, seen by for-in',
    script: `Object.assign(Array.prototype, {
        each(action) { for (let at = 0; at < this.length; at++) action(this[at]); },
        first() { return this[0]; },
        remove(item) { const at = this.indexOf(item); if (at >= 0) this.splice(at, 1); },
      });`,
  },
  {
    what: 'the methods of arrays are the shop’s own',
    script: `Array.prototype.map = function (make) { const made = []; for (let at = 0; at < this.length; at++) made[at] = make(this[at], at, this); return made; };
      Array.prototype.filter = function (is) { const kept = []; for (let at = 0; at < this.length; at++) if (is(this[at], at, this)) kept.push(this[at]); return kept; };
      Array.prototype.includes = function (item) { return this.indexOf(item) >= 0; };
      Array.prototype.find = function (is) { for (let at = 0; at < this.length; at++) if (is(this[at], at, this)) return this[at]; };
      Array.prototype.forEach = function (action) { this.map(action); };`,
  },
  {
    what: 'arrays become JSON as text',
    script: `Array.prototype.toJSON = function () { return '[' + this.map((item) => JSON.stringify(item)).join(', ') + ']'; };`,
    recorded: { product_id: 'p-1' },
  },
  {
    what: 'every object has more properties, seen by for-in',
    script: `Object.assign(Object.prototype, { extend() { return this; }, shade: 'oolong' });`,
  },
  {
    what: 'XMLHttpRequest is wrapped',
    script: `const Native = XMLHttpRequest;
      window.XMLHttpRequest = function () {
        const request = new Native();
        return new Proxy(request, {
          get: (_, name) => typeof request[name] === 'function' ? request[name].bind(request) : request[name],
          set: (_, name, value) => { request[name] = value; return true; },
        });
      };`,
  },
  {
    what: 'Date.now stands still',
    script: 'const now = Date.now(); Date.now = () => now;',
  },
  {
    what: 'sendBeacon is taken away',
    script: 'navigator.sendBeacon = undefined;',
  },
];

describe('whatever the shop’s page has bent, it works and so do we', () => {
  test.for(
    BENT.flatMap((bent) => [
      { ...bent, when: 'before us' },
      { ...bent, when: 'after us' },
    ]),
  )('$what, $when', async ({ script, when, recorded = PRODUCT }, { shop, page }) => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    shop.route('GET', '/stock', () => ({ body: JSON.parse(JSON.stringify(STOCK)) }));
    const isBefore = when === 'before us';
    shop.put('/', html(button + own, (isBefore ? `<script>${script}</script>` : '') + snippet()));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.waitForFunction((title) => document.title === title, STOCK.teas[1]);
    if (!isBefore) await page.addScriptTag({ content: script });
    await invoke(page, 'track', 'Size Guide Opened', PRODUCT);
    await page.click('button');
    await arrives(shop, ['page', 'Size Guide Opened', 'Chat Opened']);
    const { properties } = shop.stored().find(({ event }) => event === 'Size Guide Opened') ?? {};
    expect(properties).toMatchObject(recorded);
    expect(
      requests.filter(
        (path) => !['/', '/s.js', '/markup.js', '/stock', '/v1/b', '/favicon.ico'].includes(path),
      ),
    ).toEqual([]);
  });

  test.for([
    {
      what: 'JSON',
      script: `window.JSON = { parse() { throw new Error('the shop’s JSON'); }, stringify: () => 'nonsense' };`,
    },
    { what: 'Promise', script: 'window.Promise = undefined;' },
    { what: 'URLSearchParams', script: 'window.URLSearchParams = undefined;' },
  ])(
    '$what is broken after us: what was told before arrives, and the page goes on',
    async ({ script }, { shop, page }) => {
      shop.put('/', html(button));
      await page.goto('/');
      await invoke(page, 'anonymousId');
      await page.evaluate(() => window.storebeacon?.track('Size Guide Opened'));
      await page.addScriptTag({ content: script });
      await page.click('button');
      await page.evaluate(() => {
        window.storebeacon?.track('Chat Closed');
        document.title = 'goes on';
      });
      await expect
        .poll(() => shop.names(), { timeout: 5_000 })
        .toEqual(expect.arrayContaining(['page', 'Size Guide Opened']));
      expect(await page.title()).toBe('goes on');
    },
  );
});

test('a router whose pushState is wrapped, before us and after us: each address is one page', async ({
  shop,
  page,
}) => {
  const wrap = `{ const { pushState } = history; history.pushState = function (...call) {
    pushState.apply(this, call); document.title = location.pathname; }; }`;
  shop.put('/', html('', `<script>${wrap}</script>${snippet()}`));
  await page.goto('/');
  await arrives(shop, ['page']);
  await page.addScriptTag({ content: wrap });
  for (const path of ['/oolong', '/black']) {
    await page.evaluate((path) => history.pushState({ path }, '', path), path);
    await expect.poll(() => shop.stored().at(-1)?.context.page.path, { timeout: 5_000 }).toBe(path);
  }
  expect(await page.title()).toBe('/black');
  expect(await page.evaluate(() => history.state)).toEqual({ path: '/black' });
  await arrivesInAll(shop, page, ['page', 'page', 'page']);
});
