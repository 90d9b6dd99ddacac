import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { arrives, html, snippet, test } from '../support/shopper.ts';
import type { Storefront } from '../support/storefront.ts';

const LINE = { sku_id: 'T-1', quantity: 2, price: 480, title: 'Alishan Oolong' };
const ADD = '/api/carts/ajax-cart/add.js';

/** A page that calls itself SHOPLINE's. `before` runs ahead of us; without us, nothing of ours is there. */
const put = (shop: Storefront, { before = '', isWithUs = true } = {}) => {
  const head = `<script>window.Shopline = {};${before}</script>${isWithUs ? snippet() : ''}`;
  shop.put('/', html('', head));
  shop.route('POST', ADD, () => ({ body: { items: [LINE] } }));
  shop.route('GET', '/api/carts/ajax-cart', () => ({ body: { items: [LINE], currency: 'TWD' } }));
  shop.route('POST', '/api/carts/ajax-cart/change.js', () => ({
    status: 422,
    body: { message: 'sold out' },
  }));
};
/** Until what SHOPLINE's pages load by themselves is there, if it comes. */
const open = async (page: Page) => {
  await page.goto('/', { waitUntil: 'networkidle' });
};

/** What a theme may do with a request, and what it sees of it as text. Runs in the page. */
const CALLS = `
const add = '${ADD}';
const cart = '/api/carts/ajax-cart';
const json = { method: 'POST', body: JSON.stringify({ id: 'T-1', quantity: 2 }) };
const xhr = (type, method, address, body) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  const seen = [];
  request.onreadystatechange = () => seen.push(request.readyState);
  request.onloadend = (event) => {
    const { response, status } = request;
    const text = response instanceof ArrayBuffer ? 'bytes ' + response.byteLength : response instanceof Blob ? 'blob ' + response.size : JSON.stringify(response);
    resolve([event.type, status, request.responseType, text, seen.join('')].join(' '));
  };
  const opened = request.open(method, address);
  request.responseType = type;
  const sent = request.send(body);
  if (opened !== undefined || sent !== undefined) resolve('answers');
});
const CALLS = {
  'fetch, the answer as JSON': async () => (await fetch(add, json)).json(),
  'fetch, the answer read twice': async () => { const answer = await fetch(cart); const used = answer.bodyUsed; await answer.text(); return [used, answer.bodyUsed, await answer.text()]; },
  'fetch, the answer as a stream': async () => { const reader = (await fetch(cart)).body.getReader(); return (await reader.read()).value.length; },
  'fetch, with a Request': async () => (await fetch(new Request(add, json))).status,
  'fetch, with a URL': async () => (await fetch(new URL(cart, location.href))).status,
  'fetch, with a form': async () => (await fetch(add, { method: 'POST', body: new FormData() })).status,
  'fetch, with a Request read before': async () => { const request = new Request(add, json); await request.text(); return fetch(request); },
  'fetch, refused by the shop': async () => { const answer = await fetch('/api/carts/ajax-cart/change.js', json); return [answer.ok, answer.status, await answer.json()]; },
  'fetch, given up': async () => { const end = new AbortController(); const asked = fetch(add, { ...json, signal: end.signal }); end.abort(); return asked; },
  'fetch, given up with a reason': () => fetch(add, { ...json, signal: AbortSignal.abort(new RangeError('enough')) }),
  'fetch, from nowhere': () => fetch('http://127.0.0.1:9' + cart),
  'fetch, with a GET that has a body': () => fetch(cart, { body: 'x' }),
  'fetch, of nothing': () => fetch(),
  'fetch, of a symbol': () => fetch(Symbol('tea')),
  'fetch, of what has no text': () => fetch({ toString() { throw new RangeError('no text'); } }),
  'fetch, of what counts how often it is read': async () => { let reads = 0; await fetch({ toString() { reads++; return '/other'; } }); return reads; },
  'fetch, without a this': async () => { const { fetch: bare } = window; return (await bare(cart)).status; },
  'fetch, of another this': async () => (await fetch.call({}, cart)).status,
  'fetch, is a promise': () => { const asked = fetch(cart); return [asked instanceof Promise, Object.keys(asked).length]; },
  'XHR as text': () => xhr('', 'GET', cart),
  'XHR as JSON': () => xhr('json', 'POST', add, json.body),
  'XHR as bytes': () => xhr('arraybuffer', 'POST', add, json.body),
  'XHR as a blob': () => xhr('blob', 'POST', add, new URLSearchParams('id=T-1&quantity=1')),
  'XHR as a document': () => xhr('document', 'GET', cart),
  'XHR of a URL': () => xhr('json', 'GET', new URL(cart, location.href)),
  'XHR from nowhere': () => xhr('', 'GET', 'http://127.0.0.1:9' + cart),
  'XHR, opened by a wrong word': () => new XMLHttpRequest().open('NO WORD', cart),
  'XHR, sent before it is open': () => new XMLHttpRequest().send(),
  'XHR, sent twice': () => { const request = new XMLHttpRequest(); request.open('POST', add); request.send(); request.send(); },
  'XHR, not waiting': () => { const request = new XMLHttpRequest(); request.open('GET', cart, false); request.send(); return request.responseText; },
  'XHR, by another this': () => XMLHttpRequest.prototype.open.call({}, 'GET', cart),
  'XHR, used again': () => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let loads = 0;
    request.onload = () => { if (++loads > 1) return resolve(request.responseText); request.open('GET', cart); request.send(); };
    request.open('GET', cart);
    request.send();
  }),
};
(async () => {
  const found = {};
  for (const [name, call] of Object.entries(CALLS)) {
    let isAsync = false;
    try {
      const asked = call();
      isAsync = asked instanceof Promise;
      const answer = await asked;
      found[name] = [isAsync, JSON.stringify(answer instanceof Response ? 'a response' : answer)];
    } catch (error) {
      found[name] = [isAsync, error.name, error.message];
    }
  }
  return found;
})()`;

describe('on a SHOPLINE page we look at the theme’s requests', () => {
  test('and each does what it does without us', async ({ shop, page }) => {
    put(shop, { isWithUs: false });
    await open(page);
    const before = await page.evaluate(CALLS);
    put(shop);
    await open(page);
    expect(await page.evaluate(() => /native code/.test(`${window.fetch}`))).toBe(false);
    expect(await page.evaluate(CALLS)).toEqual(before);
  });

  test('and hand on the very answer that the browser gave, unread', async ({ shop, page }) => {
    put(shop, {
      before: `const native = fetch; window.given = []; window.fetch = function (...call) {
        const asked = native.apply(this, call); given.push(asked); return asked; };`,
    });
    await open(page);
    const same = await page.evaluate(`(async () => {
      const asked = fetch('${ADD}', { method: 'POST', body: '{"id":"T-1","quantity":2}' });
      const answer = await asked;
      return [given.at(-1) === asked, (await given.at(-1)) === answer, answer.bodyUsed, (await answer.json()).items.length];
    })()`);
    expect(same).toEqual([true, true, false, 1]);
    await arrives(shop, ['page', 'Product Added']);
  });

  test.for([
    {
      what: 'fetch cannot be replaced',
      before: `Object.defineProperty(window, 'fetch', { value: fetch, writable: false, configurable: false });`,
    },
    { what: 'XMLHttpRequest is frozen', before: 'Object.freeze(XMLHttpRequest.prototype);' },
    { what: 'fetch answers by no promise', before: 'window.fetch = () => ({ status: 200 });' },
    { what: 'fetch answers nothing', before: 'window.fetch = () => undefined;' },
    {
      what: 'fetch answers without a clone',
      before: `window.fetch = async () => ({ ok: true, status: 200, text: async () => 'own' });`,
    },
    { what: 'fetch throws at once', before: `window.fetch = () => { throw new RangeError('own'); };` },
  ])('and where $what the theme sees the same as ever', async ({ before }, { shop, page }) => {
    const call = `(async () => {
      try {
        const asked = fetch('${ADD}', { method: 'POST', body: '{"id":"T-1","quantity":2}' });
        return String((await asked)?.status);
      } catch (error) {
        return error.message;
      }
    })()`;
    put(shop, { before, isWithUs: false });
    await open(page);
    const alone = await page.evaluate(call);
    put(shop, { before });
    await open(page);
    expect(await page.evaluate(call)).toBe(alone);
    const added = await page.evaluate(`new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onload = () => resolve(JSON.parse(request.responseText).items.length);
      request.open('POST', '${ADD}');
      request.send('{"id":"T-1","quantity":2}');
    })`);
    expect(added).toBe(1);
    await expect.poll(() => shop.names(), { timeout: 8_000 }).toContain('page');
  });
});
