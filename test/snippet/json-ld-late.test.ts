// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Report, Storebeacon } from '../../client/snippet/api.ts';
import { freshBrowser, hidePage, leavePage, onPage, waiting } from '../support/snippet.ts';
import { onFreshPages } from '../support/sources.ts';

onFreshPages();

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const DAY = 86_400_000;
const OOLONG = { '@type': 'Product', sku: 'SKU-1', name: 'Oolong' };
const CUP = { '@type': 'Product', sku: 'SKU-2', name: 'Cup' };

const put = (...things: object[]) => {
  document.head.replaceChildren(
    ...things.map((data) => {
      const script = document.createElement('script');
      script.type = 'application/ld+json';
      script.textContent = JSON.stringify(data);
      return script;
    }),
  );
};

let bus: Report;
/** Opens the page that is there. Its `json-ld.js` has not arrived. */
async function open(attributes: Record<string, string> = {}): Promise<Storebeacon> {
  // One that was open stays so, as in another tab.
  delete window.storebeacon;
  const api = await onPage({ consent: 'granted', captures: 'pages json-ld', ...attributes }, async () => {
    await import('../../client/snippet/index.ts');
    return window.storebeacon as Storebeacon;
  });
  api.capture('bus', (report) => {
    bus = report;
  });
  vi.advanceTimersByTime(0);
  return api;
}
/** Runs `json-ld.js` in a page, by default the one that was opened last, and `repair.js` if it is asked for. */
async function loadPlugin(page = window.storebeacon as Storebeacon): Promise<void> {
  vi.resetModules();
  window.storebeacon = page;
  for (const old of document.querySelectorAll('script[src$="/repair.js"]')) old.remove();
  await import('../../client/snippet/json-ld.ts');
  if (document.querySelector('script[src$="/repair.js"]')) await import('../../client/snippet/repair.ts');
}
/** Seconds pass. */
const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);
/** A visit of a page that is left before its `json-ld.js` arrives. */
async function leaveEarly(path: string, thing: object, attributes = {}): Promise<void> {
  history.replaceState(null, '', path);
  put(thing);
  await open(attributes);
  wait(1);
  leavePage('/next');
}
/** A page in the back-forward cache: its timers stand still. Its elements are no longer there. */
const freeze = () => {
  const at = Date.now();
  vi.clearAllTimers();
  vi.setSystemTime(at);
  put();
};
const asked = () => document.querySelectorAll('script[src$="/json-ld.js"]').length;
const fail = () => document.querySelector('script[src$="/json-ld.js"]')?.dispatchEvent(new Event('error'));
const events = () =>
  waiting()
    .filter(({ type, event }) => type === 'track' && event !== 'Consent Denied')
    .map(({ event, properties, context }) => [event, properties.sku, context.page.path]);
/** What is stored about pages, other than messages. */
const kept = () => Object.entries(localStorage).filter(([key]) => key !== '_sb' && !/^_sb_[qw]/.test(key));

let START = 0;
beforeEach(() => {
  freshBrowser('/oolong');
  START = Date.now();
});

const BOTH_VIEWS = [
  ['Product Viewed', 'SKU-1', '/oolong'],
  ['Product Viewed', 'SKU-2', '/cup'],
];

describe('a page that is left before the file has arrived is reported by the next', () => {
  test('with its own page, time, session, campaign and click', async () => {
    history.replaceState(null, '', '/oolong?utm_source=tiktok&ttclid=E.C.P.1');
    document.title = 'Oolong';
    put(OOLONG);
    await open();
    wait(1);
    leavePage('/about?utm_source=mail&ttclid=E.C.P.2');
    // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore, and its cookies live by another clock.
    document.cookie = '_sb_s=; Max-Age=0; Path=/';
    wait(3_600);
    await open();
    expect(asked()).toBe(1);
    await loadPlugin();
    wait(2);
    const [first, view, second] = waiting().sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    expect(view).toMatchObject({ type: 'track', event: 'Product Viewed', properties: { sku: 'SKU-1' } });
    expect(Date.parse(view.timestamp)).toBe(START);
    expect(view.context).toEqual(first.context);
    expect(view.context.tiktok.ttclid).toBe('E.C.P.1');
    expect([view.sessionId, view.anonymousId]).toEqual([first.sessionId, first.anonymousId]);
    expect(second.context).toMatchObject({ campaign: { source: 'mail' }, tiktok: { ttclid: 'E.C.P.2' } });
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(kept()).toEqual([]);
  });

  test('beside that one’s own data', async () => {
    await leaveEarly('/oolong', OOLONG);
    history.replaceState(null, '', '/cup');
    put(CUP);
    await open();
    await loadPlugin();
    wait(2);
    expect(events().sort()).toEqual(BOTH_VIEWS);
  });

  test('after any number of pages that were left too early as well', async () => {
    await leaveEarly('/oolong', OOLONG);
    await leaveEarly('/cup', CUP);
    await open();
    wait(1);
    leavePage('/help');
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual(BOTH_VIEWS);
    expect(kept()).toEqual([]);
  });

  test('by the same visitor, even if another has logged in since', async () => {
    put(OOLONG);
    const first = await open();
    first.identify('mei');
    const id = first.anonymousId();
    wait(1);
    leavePage('/account');
    const second = await open();
    second.identify('lin');
    await loadPlugin();
    wait(2);
    const view = waiting().find(({ event }) => event === 'Product Viewed');
    expect(view).toMatchObject({ anonymousId: id, userId: 'mei' });
  });

  test('at every URL a router showed', async () => {
    put(OOLONG);
    await open();
    wait(1);
    history.pushState(null, '', '/cup');
    put(CUP);
    wait(1);
    leavePage('/next');
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual(BOTH_VIEWS);
  });

  test('unless another source has reported it, before or after the page was first hidden', async () => {
    put(OOLONG);
    await open();
    wait(1);
    hidePage();
    wait(1);
    bus('Product Viewed', { sku: 'SKU-1', by: 'bus' });
    leavePage('/next');
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
  });

  test('once, when its data was written twice', async () => {
    put(OOLONG);
    await open();
    wait(1);
    put({ ...OOLONG, '@id': '#product' });
    wait(1);
    leavePage('/next');
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
  });

  test('and is not taken for what the next page is about', async () => {
    await leaveEarly('/oolong', OOLONG);
    const page = await open();
    await loadPlugin();
    wait(2);
    page.capture('other', (report, tools) => report('Help Opened', tools.pageProduct()));
    expect(events()).toContainEqual(['Help Opened', undefined, '/next']);
  });

  test('days later, but not after a week', async () => {
    await leaveEarly('/oolong', OOLONG);
    wait((6 * DAY) / 1000);
    await leaveEarly('/cup', CUP);
    wait((2 * DAY) / 1000);
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-2', '/cup']]);
    expect(kept()).toEqual([]);
  });

  test('one order in two reports is one order', async () => {
    const order = { '@type': 'Order', orderNumber: 'DL1', price: '960', priceCurrency: 'TWD' };
    await leaveEarly('/thanks', order);
    await leaveEarly('/thanks', order);
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Order Completed', undefined, '/thanks']]);
  });
});

describe('a page that comes back', () => {
  test('from hidden, reports once, with what it knew', async () => {
    put(OOLONG);
    await open();
    wait(1);
    hidePage();
    wait(1);
    hidePage();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
    expect(kept()).toEqual([]);
    leavePage('/next');
    expect(kept()).toEqual([]);
    await open();
    expect(asked()).toBe(0);
  });

  test('from the back-forward cache, does not report what the next page has reported', async () => {
    put(OOLONG);
    const first = await open();
    wait(1);
    hidePage();
    freeze();
    history.replaceState(null, '', '/next');
    const second = await open();
    await loadPlugin(second);
    wait(2);
    history.replaceState(null, '', '/oolong');
    hidePage();
    expect(kept()).toEqual([]);
    await loadPlugin(first);
    hidePage();
    expect(kept()).toEqual([]);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
  });

  test('before the file arrived anywhere, reports both pages once', async () => {
    put(OOLONG);
    const first = await open();
    wait(1);
    hidePage();
    freeze();
    put(CUP);
    history.replaceState(null, '', '/cup');
    const second = await open();
    freeze();
    hidePage();
    await loadPlugin(first);
    await loadPlugin(second);
    hidePage();
    expect(events().sort()).toEqual(BOTH_VIEWS);
  });

  test('knows its product, and no other source reports the view another page has reported', async () => {
    put(OOLONG);
    const first = await open();
    const onFirst = bus;
    wait(1);
    freeze();
    const second = await open({ captures: 'json-ld' });
    await loadPlugin(second);
    wait(2);
    await loadPlugin(first);
    onFirst('Product Viewed', { sku: 'SKU-1' });
    first.capture('other', (report, tools) => report('Help Opened', tools.pageProduct()));
    wait(2);
    expect(events()).toEqual([
      ['Product Viewed', 'SKU-1', '/oolong'],
      ['Help Opened', 'SKU-1', '/oolong'],
    ]);
  });
});

describe('a page that ends without an event', () => {
  test('has its data stored when the file is late', async () => {
    put(OOLONG);
    await open();
    wait(0.4);
    expect(kept()).toEqual([]);
    wait(0.7);
    expect(kept()).toHaveLength(1);
  });
});

describe('nothing is kept', () => {
  test('before the visitor has chosen', async () => {
    await leaveEarly('/oolong', OOLONG, { consent: 'denied' });
    expect(Object.keys(localStorage)).toEqual([]);
  });

  test('after every purpose is denied, on the same page or another', async () => {
    put(OOLONG);
    const first = await open();
    wait(1);
    hidePage();
    expect(kept()).toHaveLength(1);
    first.consent(NONE);
    expect(kept()).toEqual([]);
    leavePage('/next');
    expect(kept()).toEqual([]);

    const second = await open();
    second.consent(ALL);
    leavePage('/oolong');
    await leaveEarly('/oolong', OOLONG);
    expect(kept()).toHaveLength(1);
    (await open()).consent(NONE);
    expect(kept()).toEqual([]);
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([]);
  });

  test('after reset, and nothing is reported under the next visitor’s id', async () => {
    put(OOLONG);
    const page = await open();
    wait(1);
    hidePage();
    page.reset();
    expect(kept()).toEqual([]);
    await loadPlugin();
    wait(2);
    leavePage('/next');
    expect(kept()).toEqual([]);
    expect(events()).toEqual([]);
  });

  test('of pages in SHOPLINE’s theme editor', async () => {
    vi.stubGlobal('Shopline', { designMode: true });
    await leaveEarly('/oolong', OOLONG);
    expect(kept()).toEqual([]);
  });

  test('of pages whose data has been read', async () => {
    put(OOLONG);
    await open();
    await loadPlugin();
    wait(1);
    leavePage('/next');
    expect(kept()).toEqual([]);
  });

  test('of advertising that is denied in between', async () => {
    history.replaceState(null, '', '/oolong?ttclid=E.C.P.1');
    put(OOLONG);
    await open();
    wait(1);
    leavePage('/next');
    (await open()).consent({ advertising: false });
    await loadPlugin();
    wait(2);
    const view = waiting().find(({ event }) => event === 'Product Viewed');
    expect(view.context.consent.categoryPreferences).toMatchObject({ advertising: false, analytics: true });
    expect(view.context.tiktok).toBeUndefined();
  });
});

describe('storage', () => {
  test('that is full takes nothing, and the page goes on as before', async () => {
    put(OOLONG);
    await open();
    wait(1);
    const { setItem } = Storage.prototype;
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (
      this: Storage,
      key,
      text,
    ) {
      if (/^_sb_j/.test(key)) throw new DOMException('full', 'QuotaExceededError');
      setItem.call(this, key, text);
    });
    hidePage();
    full.mockRestore();
    window.storebeacon?.track('Chat Opened');
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([
      ['Chat Opened', undefined, '/oolong'],
      ['Product Viewed', 'SKU-1', '/oolong'],
    ]);
  });

  test('that takes no text is tried once, and the session does not go on by itself', async () => {
    put({ ...OOLONG, description: 'x'.repeat(200_000) });
    await open();
    wait(1);
    const cookies = vi.spyOn(document, 'cookie', 'set');
    wait(10);
    expect(cookies).not.toHaveBeenCalled();
    cookies.mockRestore();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
  });

  test('that is blocked loses the texts with the page, and nothing is thrown', async () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    put(OOLONG);
    await open();
    hidePage();
    const names: unknown[] = [];
    window.storebeacon?.listen((...notice) => {
      if (notice[0] === 'message') names.push(notice[2].event);
    });
    await loadPlugin();
    wait(2);
    vi.restoreAllMocks();
    expect(names).toContain('Product Viewed');
  });

  test('holds no text that is huge, and the others beside it', async () => {
    await leaveEarly('/oolong', OOLONG);
    await leaveEarly('/huge', { ...CUP, description: 'x'.repeat(200_000) });
    expect(kept()).toHaveLength(1);
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
  });

  test('holds no more than its limits, the newest', async () => {
    for (let nth = 0; nth < 60; nth++)
      await leaveEarly(`/${nth}`, { ...CUP, description: `${'x'.repeat(4_000)}${nth}` });
    const texts = kept().map(([, text]) => text);
    expect(texts.join('').length).toBeLessThan(100_000);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((text) => text.includes('/59"'))).toHaveLength(1);
  });

  test('with texts of another format does no harm', async () => {
    localStorage.setItem('_sb_j.demo.9999999999999.0', '{broken');
    localStorage.setItem('_sb_j.demo.9999999999999.1', '[1]');
    put(OOLONG);
    await open();
    await loadPlugin();
    wait(2);
    expect(events()).toEqual([['Product Viewed', 'SKU-1', '/oolong']]);
    expect(kept()).toEqual([]);
  });
});

describe('a file that never arrives', () => {
  test('is asked for once a page, and when it cannot be loaded, for the texts of the last hour only', async () => {
    await leaveEarly('/oolong', OOLONG);
    await open();
    wait(10);
    expect(asked()).toBe(1);
    fail();
    expect(kept()).toHaveLength(1);
    leavePage('/next');
    wait(3_600);
    await open();
    fail();
    expect(kept()).toEqual([]);
    leavePage('/next');
    await open();
    wait(10);
    expect(asked()).toBe(0);
  });
});
