// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Notice } from '../../client/snippet/api.ts';
import { freshBrowser } from '../support/snippet.ts';

const ID = '3f2a9c1e-0000-4000-8000-000000000000';
const ALL = { advertising: true, analytics: true, marketing: true };
const notice = (consent = ALL): Notice => ['message', 'api', { messageId: 'm', type: 'page' }, consent];
const fetch = vi.fn(async () => ({}));
const setCookie = (text: string) => {
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
  document.cookie = text;
};

/** What the plugin wrote into the cart, on a page that tells these notices. */
async function written(...notices: Notice[]) {
  vi.resetModules();
  window.storebeacon = {
    anonymousId: () => ID,
    listen: (listener: (...notice: Notice) => void) => {
      for (const notice of notices) listener(...notice);
    },
  } as never;
  await import('../../client/snippet/cart-attributes.ts');
  return fetch.mock.calls.map(([path, init]: unknown[]) => [
    path,
    JSON.parse((init as { body: string }).body).attributes,
  ]);
}
beforeEach(() => {
  freshBrowser();
  sessionStorage.clear();
  vi.stubGlobal('fetch', fetch);
  fetch.mockClear();
  setCookie(`ttclid=${encodeURIComponent('E.C.P.x+/=')}`);
  setCookie('_ttp=ttp-1');
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test('the ids are written as they are, once for a cart, and again for another one', async () => {
  setCookie('t_cart=cart-1');
  const once = [['/cart/update', { _sb_id: ID, ttclid: 'E.C.P.x+/=', _ttp: 'ttp-1' }]];
  expect(await written(notice(), notice())).toEqual(once);
  expect(await written(notice())).toEqual(once);
  setCookie('t_cart=cart-2');
  expect(await written(notice())).toHaveLength(2);
});

test('click ids stay out without a yes to advertising; nothing is written before a message or without a cart', async () => {
  expect(await written(notice())).toEqual([]);
  setCookie('t_cart=cart-1');
  expect(await written(['consent', ALL], ['held', 'api', { messageId: 'm', type: 'page' }])).toEqual([]);
  expect(await written(notice({ ...ALL, advertising: false }))).toEqual([['/cart/update', { _sb_id: ID }]]);
});

test.each([
  { setting: undefined, loads: [] },
  { setting: 'off', loads: [] },
  { setting: '', loads: ['https://collect.shop.example/cart-attributes.js'] },
])('with data-cart-attributes $setting SHOPLINE’s file loads $loads', async ({ setting, loads }) => {
  vi.resetModules();
  const base = 'https://collect.shop.example';
  const options = setting === undefined ? { base } : { base, cartAttributes: setting };
  window.storebeacon = { capture: () => {}, listen() {}, options } as never;
  await import('../../client/snippet/shopline.ts');
  expect([...document.scripts].map(({ src }) => src)).toEqual(loads);
});
