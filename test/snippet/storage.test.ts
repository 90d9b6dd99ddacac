// @vitest-environment jsdom
// @vitest-environment-options { "url": "http://www.shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freshBrowser, onPage } from '../support/snippet.ts';

const load = () => onPage({}, () => import('../../client/snippet/storage.ts'));
beforeEach(() => freshBrowser());
afterEach(() => {
  vi.restoreAllMocks();
});

test('what is remembered is there for the next page', async () => {
  const before = await load();
  before.remember({ userId: 'customer-1' });
  before.remember({ orders: ['1'] });
  expect((await load()).recall()).toEqual({ userId: 'customer-1', orders: ['1'] });
});

test.each(['not json', '', '[', 'null'])(
  'somebody else wrote %j in our place: we begin anew',
  async (text) => {
    localStorage.setItem('_sb', text);
    expect((await load()).recall()).toEqual({});
  },
);

test('a full localStorage is copied into memory, old values included', async () => {
  localStorage.setItem('_sb_old', 'kept');
  vi.stubGlobal(
    'localStorage',
    new Proxy(localStorage, {
      set() {
        throw new DOMException('full', 'QuotaExceededError');
      },
    }),
  );
  const storage = await load();
  storage.write('_sb_new', 'value');
  expect(storage.store).toMatchObject({ _sb_old: 'kept', _sb_new: 'value' });
  vi.unstubAllGlobals();
});

test('a cookie comes back as it was written, whatever characters it has', async () => {
  const { readCookie, writeCookie } = await load();
  writeCookie('_sb_x', 'a;b=c 茶', 60);
  expect(readCookie('_sb_x')).toBe('a;b=c 茶');
  expect(readCookie('_sb')).toBeUndefined();
  expect(readCookie('x')).toBeUndefined();
});

test('removing a cookie reaches the parent domain, where the collector sets it', async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the collector's Set-Cookie, as jsdom can have it.
  document.cookie = '_sb_id=from-collector; Domain=shop.example; Path=/';
  // biome-ignore lint/suspicious/noDocumentCookie: the snippet's own.
  document.cookie = '_sb_id=from-snippet; Path=/';
  const { readCookie, removeCookie } = await load();
  removeCookie('_sb_id');
  expect(readCookie('_sb_id')).toBeUndefined();
});
