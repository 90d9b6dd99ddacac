// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { createHash, webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Notice, Storebeacon } from '../../client/snippet/api.ts';
import { answerNothing, freshBrowser, hidePage, leavePage, onPage, waiting } from '../support/snippet.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const CART = '7b1f2c9d0e5a4b3c';
const digestOf = (cart: string) => createHash('sha256').update(cart).digest('hex');

/** A page whose tag grants everything, unless the attributes say otherwise. Its first look is over. */
async function open(attributes: Record<string, string> = {}): Promise<Storebeacon> {
  delete window.storebeacon;
  await onPage(
    { captures: 'pages', consent: 'granted', ...attributes },
    () => import('../../client/snippet/index.ts'),
  );
  vi.advanceTimersByTime(0);
  return window.storebeacon as unknown as Storebeacon;
}
const setCookie = (text: string) => {
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
  document.cookie = text;
};
const denials = () => waiting().filter(({ event }) => event === 'Consent Denied');
const names = () => waiting().map(({ type, event }) => event ?? type);
const stubGpc = () =>
  Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });
/** The real one: promises are resolved outside of the fake time. */
const nextTask = setImmediate;
/** jsdom has no `subtle`; Node's computes in another thread, for as long as that takes. */
const CRYPTO = {
  randomUUID: () => webcrypto.randomUUID(),
  getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => webcrypto.getRandomValues(bytes),
  subtle: { digest: async (_: string, text: Uint8Array) => createHash('sha256').update(text).digest() },
};

beforeEach(() => {
  freshBrowser('/tea?ttclid=E.C.P.spring&utm_id=MA_9');
  vi.useFakeTimers({ now: Date.parse('2026-11-21T08:00:00Z') });
  answerNothing();
});
afterEach(() => {
  Reflect.deleteProperty(navigator, 'globalPrivacyControl');
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('what nobody chose is marked as assumed', () => {
  test('on every message, until the visitor chooses', async () => {
    const page = await open();
    page.track('Chat Opened');
    page.identify('customer-7', { email: 'lin@shop.example' });
    page.consent({ marketing: false });
    page.track('Chat Closed');
    expect(waiting().map(({ context }) => context.consent)).toEqual([
      { categoryPreferences: ALL, assumed: true },
      { categoryPreferences: ALL, assumed: true },
      { categoryPreferences: ALL, assumed: true },
      { categoryPreferences: { ...ALL, marketing: false } },
      { categoryPreferences: { ...ALL, marketing: false } },
    ]);
  });

  test('not on the next page of a visitor who chose what the tag grants', async () => {
    (await open()).consent(ALL);
    leavePage('/next');
    localStorage.removeItem('_sb_q');
    (await open()).track('Chat Opened');
    expect(waiting().at(-1).context.consent).toEqual({ categoryPreferences: ALL });
  });

  test('also what the browser’s Global Privacy Control, which denies advertising, leaves', async () => {
    stubGpc();
    await open();
    expect(waiting()[0].context.consent).toEqual({
      categoryPreferences: { ...ALL, advertising: false },
      assumed: true,
      gpc: true,
    });
  });

  test('not where the tag asks first', async () => {
    (await open({ consent: 'denied' })).consent(ALL);
    expect(waiting()[0].context.consent).toEqual({ categoryPreferences: ALL });
  });
});

describe('a choice that changes what is allowed', () => {
  const updates = () => waiting().filter(({ event }) => event === 'Consent Updated');

  test('is one message with the id and the choice, also where nothing else of the page follows', async () => {
    const page = await open();
    const anonymousId = page.anonymousId();
    vi.advanceTimersByTime(60_000);
    page.consent({ advertising: false });
    expect(updates()).toEqual([
      {
        type: 'track',
        event: 'Consent Updated',
        messageId: expect.stringMatching(/^[\da-f-]{36}$/),
        timestamp: '2026-11-21T08:01:00.000Z',
        anonymousId,
        context: { consent: { categoryPreferences: { ...ALL, advertising: false } } },
        properties: {},
      },
    ]);
  });

  test('is sent when the page is left at once', async () => {
    const bodies: string[] = [];
    Object.assign(navigator, { sendBeacon: (_url: string, body: string) => bodies.push(body) });
    const page = await open();
    hidePage();
    bodies.length = 0;
    page.consent({ marketing: false });
    leavePage('/next');
    const { batch } = JSON.parse(bodies[0] ?? '');
    expect(batch.map(({ event }: { event: string }) => event)).toEqual(['Consent Updated']);
  });

  test('in each direction; a choice that is repeated, on this page or by a consent tool on the next, is none', async () => {
    const page = await open();
    page.consent({ advertising: false });
    page.consent({ advertising: false, analytics: true });
    page.consent({ advertising: true });
    leavePage('/next');
    (await open()).consent(ALL);
    expect(updates().map(({ context }) => context.consent.categoryPreferences.advertising)).toEqual([
      false,
      true,
    ]);
  });

  test('the first choice goes with the messages that waited for it', async () => {
    const page = await open({ consent: 'denied' });
    page.consent({ ...ALL, marketing: false });
    expect(names()).toEqual(['page']);
    page.consent({ advertising: false });
    expect(names()).toEqual(['page', 'Consent Updated']);
  });

  test('stays when every purpose is denied next, before it was sent', async () => {
    const page = await open();
    page.consent({ advertising: false });
    page.consent(NONE);
    expect(names()).toEqual(['Consent Updated', 'Consent Denied']);
  });
});

describe('the denial of every purpose', () => {
  test('is one message with the id and the choice, and nothing else about the visitor', async () => {
    const page = await open();
    const id = page.anonymousId();
    page.identify('customer-7');
    vi.advanceTimersByTime(60_000);
    page.consent(NONE);
    expect(waiting()).toEqual([
      {
        type: 'track',
        event: 'Consent Denied',
        messageId: expect.stringMatching(/^[\da-f-]{36}$/),
        timestamp: '2026-11-21T08:01:00.000Z',
        anonymousId: id,
        context: { consent: { categoryPreferences: NONE } },
        properties: {},
      },
    ]);
    expect(page.anonymousId()).not.toBe(id);
    expect(document.cookie).toBe('');
  });

  test.each([
    { when: 'again', act: (page: Storebeacon) => page.consent(NONE) },
    { when: 'purpose by purpose', act: (page: Storebeacon) => page.consent({ marketing: false }) },
    { when: 'after a log-out', act: (page: Storebeacon) => page.reset() },
    { when: 'and the shop goes on calling', act: (page: Storebeacon) => page.track('Chat Opened') },
  ])('is said once: $when', async ({ act }) => {
    const page = await open();
    page.consent(NONE);
    act(page);
    leavePage('/next');
    act(await open());
    hidePage();
    expect(names()).toEqual(['Consent Denied']);
  });

  test('is said when the last purpose is denied, not before', async () => {
    const page = await open();
    page.consent({ advertising: false });
    page.consent({ analytics: false });
    expect(denials()).toEqual([]);
    page.consent({ marketing: false });
    expect(denials()).toHaveLength(1);
  });

  test('is said when the browser’s Global Privacy Control completes it', async () => {
    (await open()).consent({ analytics: false, marketing: false });
    expect(denials()).toEqual([]);
    leavePage('/next');
    stubGpc();
    await open();
    expect(denials()).toHaveLength(1);
  });

  test('is sent by beacon when the page is left at once, and by the next page when that failed', async () => {
    const bodies: string[] = [];
    Object.assign(navigator, { sendBeacon: (_url: string, body: string) => bodies.push(body) });
    const page = await open();
    bodies.length = 0;
    page.consent(NONE);
    leavePage('/next');
    expect(JSON.parse(bodies[0] ?? '').batch.map(({ event }: { event: string }) => event)).toEqual([
      'Consent Denied',
    ]);
    await open();
    hidePage();
    expect(JSON.parse(bodies[1] ?? '').batch[0].messageId).toBe(
      JSON.parse(bodies[0] ?? '').batch[0].messageId,
    );
  });

  test('where the tag asks first: nothing is said of a visitor who never allowed anything', async () => {
    const page = await open({ consent: 'denied' });
    page.track('Chat Opened');
    page.consent(NONE);
    leavePage('/next');
    await open({ consent: 'denied' });
    expect(waiting()).toEqual([]);
    expect(Object.keys(localStorage)).toEqual(['_sb']);
  });

  test('where the tag asks first: it is said of one who takes a yes back, on a later page too', async () => {
    const first = await open({ consent: 'denied' });
    first.consent({ analytics: true });
    const id = first.anonymousId();
    leavePage('/next');
    (await open({ consent: 'denied' })).consent({ analytics: false });
    expect(waiting()).toEqual([expect.objectContaining({ event: 'Consent Denied', anonymousId: id })]);
  });

  test('a later yes begins anew: messages with the choice, another id, and another denial', async () => {
    const page = await open();
    const ids = [page.anonymousId()];
    page.consent(NONE);
    page.consent(ALL);
    page.track('Chat Opened');
    ids.push(page.anonymousId());
    expect(waiting().at(-1)).toMatchObject({
      event: 'Chat Opened',
      context: { consent: { categoryPreferences: ALL } },
    });
    page.consent(NONE);
    expect(denials().map(({ anonymousId }) => anonymousId)).toEqual(ids);
    expect(names()).toEqual(['Consent Denied', 'Consent Denied']);
  });

  test('messages keep the time and the choice they were made under', async () => {
    const page = await open({ captures: 'none' });
    page.track('Chat Opened');
    vi.advanceTimersByTime(5_000);
    page.consent({ marketing: false });
    vi.advanceTimersByTime(5_000);
    page.track('Chat Closed');
    vi.advanceTimersByTime(3_600_000);
    expect(waiting().map(({ timestamp, context }) => [timestamp, context.consent])).toEqual([
      ['2026-11-21T08:00:00.000Z', { categoryPreferences: ALL, assumed: true }],
      ['2026-11-21T08:00:05.000Z', { categoryPreferences: { ...ALL, marketing: false } }],
      ['2026-11-21T08:00:10.000Z', { categoryPreferences: { ...ALL, marketing: false } }],
    ]);
  });

  test('the shop’s own event of that name is an event like any other', async () => {
    const page = await open();
    page.track('Consent Denied', { step: 'banner' });
    page.consent(NONE);
    page.track('Consent Denied', { step: 'banner' });
    expect(waiting().map(({ properties }) => properties)).toEqual([{}]);
  });

  test('the cart’s attributes do not get the next id', async () => {
    const fetch = vi.fn(async () => ({}));
    vi.stubGlobal('fetch', fetch);
    setCookie(`t_cart=${CART}`);
    const page = await open({ captures: 'none' });
    await import('../../client/snippet/cart-attributes.ts');
    page.consent(NONE);
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('on SHOPLINE, a visitor without an id', () => {
  /** A page that runs the files it asked for, as a browser does. */
  async function openShop(attributes: Record<string, string> = {}, early: unknown[] = [['consent', NONE]]) {
    vi.stubGlobal('Shopline', {});
    vi.stubGlobal('crypto', CRYPTO);
    delete window.storebeacon;
    await onPage({ captures: 'pages shopline', consent: 'granted', ...attributes }, async () => {
      window.storebeacon = { q: early } as never;
      await import('../../client/snippet/index.ts');
      vi.advanceTimersByTime(0);
      await import('../../client/snippet/shopline.ts');
      if (document.querySelector('script[src$="/cart-denial.js"]'))
        await import('../../client/snippet/cart-denial.ts');
    });
    await wait();
    return window.storebeacon as unknown as Storebeacon;
  }
  /** A second passes. */
  const wait = async () => {
    vi.advanceTimersByTime(1_000);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => nextTask(resolve));
  };

  test('who denies everything is denied by the digest of the cart, once, and gets no id', async () => {
    setCookie(`t_cart=${CART}`);
    await openShop();
    leavePage('/next');
    await openShop({}, []);
    await wait();
    expect(waiting()).toEqual([
      {
        type: 'track',
        event: 'Consent Denied',
        messageId: expect.stringMatching(/^[\da-f-]{36}$/),
        timestamp: expect.any(String),
        context: { consent: { categoryPreferences: NONE } },
        properties: { cart_id_sha256: digestOf(CART) },
      },
    ]);
    expect(document.cookie).toBe(`t_cart=${CART}`);
    expect(localStorage._sb).not.toContain('anonymousId');
  });

  test('a cart that comes later is denied then', async () => {
    await openShop();
    expect(waiting()).toEqual([]);
    setCookie(`t_cart=${CART}`);
    await wait();
    expect(denials().map(({ properties }) => properties)).toEqual([{ cart_id_sha256: digestOf(CART) }]);
  });

  test('of one who had an id, the cart of that time is not named, a later one is', async () => {
    setCookie(`t_cart=${CART}`);
    const page = await openShop({}, []);
    page.consent(NONE);
    leavePage('/next');
    await openShop({}, []);
    await wait();
    expect(waiting()).toEqual([expect.objectContaining({ anonymousId: expect.any(String), properties: {} })]);
    setCookie('t_cart=another');
    await wait();
    expect(denials().at(-1)).toMatchObject({ properties: { cart_id_sha256: digestOf('another') } });
  });

  test('nothing is said where the tag asks first, or where something is allowed', async () => {
    setCookie(`t_cart=${CART}`);
    await openShop({ consent: 'denied' });
    leavePage('/next');
    await openShop({ consent: 'granted' }, [['consent', { ...NONE, analytics: true }]]);
    expect(denials()).toEqual([]);
  });
});

test('a listener sees the denial as a message', async () => {
  const notices: Notice[] = [];
  const page = await open();
  page.listen((...notice) => notices.push(notice));
  page.consent(NONE);
  expect(notices.at(-1)).toMatchObject(['message', 'api', { event: 'Consent Denied' }, NONE]);
});
