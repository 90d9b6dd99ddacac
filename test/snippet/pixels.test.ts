import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { flushPromises, loadPixel, openPage, SETTINGS } from '../support/pixel.ts';
import { ALL, CLIENT, SHOPIFY, SHOPLINE } from '../support/pixel-platforms.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const ID = '11111111-2222-4333-8444-555555555555';
const UUID = /^[\da-f-]{36}$/;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Promises of both pixels. What differs between the platforms is in a test file of each. */
describe.each([SHOPLINE, SHOPIFY])('the pixel of $name', (platform) => {
  const { load, published } = platform;

  test.for(['pasted', platform.app] as const)('finds its sandbox: %s', async (by) => {
    const page = openPage();
    const pixel = await loadPixel(load, { browser: page.browser }, by);
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(['page']);
  });

  test('subscribes to every event; to those of checkout only, in a shop with the snippet on its pages', async () => {
    openPage();
    expect((await loadPixel(load)).subscribed).toHaveLength(platform.events);
    const { subscribed } = await loadPixel(load, { settings: { ...SETTINGS, events: 'checkout' } });
    expect(subscribed).toEqual(platform.checkout);
  });

  test('uses nothing of a page', () => {
    const code = readFileSync(new URL(`../../client/dist/${platform.file}`, import.meta.url));
    expect(code.toString()).not.toMatch(/\bwindow\b|document\.|\bimport\b|XMLHttpRequest/);
  });

  describe('message', () => {
    test.for([
      { what: 'ISO text', timestamp: '2026-11-27T07:59:00Z', want: '2026-11-27T07:59:00.000Z' },
      { what: 'milliseconds as text', timestamp: '1795766399000', want: '2026-11-27T07:59:59.000Z' },
      { what: 'nothing', timestamp: undefined, want: NOW },
      { what: 'null', timestamp: null, want: NOW },
      { what: 'unreadable text', timestamp: 'yesterday', want: NOW },
    ])('takes the time given as $what', async ({ timestamp, want }) => {
      const page = openPage();
      const pixel = await loadPixel(load, { browser: page.browser });
      await pixel.emit('page_viewed', published({}, { timestamp }));
      expect(page.sentMessages()[0]?.timestamp).toBe(want);
    });

    test.for([
      { what: 'the storefront’s cookie', cookies: { _sb_id: ID }, stored: {}, want: ID, written: 0 },
      {
        what: 'the storefront’s record',
        cookies: {},
        stored: { _sb: { anonymousId: ID } },
        want: ID,
        written: 1,
      },
    ])('finds the visitor by $what', async ({ cookies, stored, want, written }) => {
      const page = openPage(cookies as Record<string, string>, stored);
      const pixel = await loadPixel(load, { browser: page.browser });
      await pixel.emit('page_viewed', published({}));
      expect(page.sentMessages()[0]?.anonymousId).toBe(want);
      expect(page.written).toHaveLength(written);
    });

    test('gives a new visitor an id, which later pages find', async () => {
      const page = openPage();
      await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
      const id = page.sentMessages()[0]?.anonymousId ?? '';
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect(id).not.toBe(CLIENT);
      expect(page.written).toEqual([`_sb_id=${id};Path=/;SameSite=Lax;Secure;Max-Age=34560000`]);
      expect(page.stored('_sb').anonymousId).toBe(id);
      await (await loadPixel(load, { browser: page.browser })).emit(
        'page_viewed',
        published({}, { id: 'event-2' }),
      );
      expect(page.sentMessages()[1]?.anonymousId).toBe(id);
    });

    test.for([
      { what: 'a UUID', clientId: CLIENT, want: CLIENT },
      { what: 'something else', clientId: 'visitor 7', want: expect.stringMatching(/^[\da-f-]{36}$/) },
    ])('without storage, uses the platform’s id if it is $what', async ({ clientId, want }) => {
      const page = openPage();
      const pixel = await loadPixel(load);
      await pixel.emit('page_viewed', published({}, { clientId }));
      await pixel.emit('page_viewed', published({}, { clientId, id: 'event-2' }));
      expect(page.sentMessages().map(({ anonymousId }) => anonymousId)).toEqual([
        want,
        page.sentMessages()[0]?.anonymousId,
      ]);
    });

    test('without consent to advertising, reads no click id', async () => {
      const page = openPage(
        { _sb_id: ID, ttclid: 'E.C.P.1' },
        { _sb: { choice: { ...ALL, advertising: false } } },
      );
      const get = vi.spyOn(page.browser.cookie, 'get');
      await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
      expect(page.sentMessages()[0]?.context.tiktok).toBeUndefined();
      expect(get.mock.calls.flat()).toEqual(['_sb_id']);
    });
    test('Global Privacy Control denies advertising, whatever the choice', async () => {
      vi.stubGlobal('navigator', { globalPrivacyControl: true });
      const page = openPage({}, { _sb: { choice: ALL } });
      await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
      expect(page.sentMessages()[0]?.context.consent.categoryPreferences).toEqual({
        ...ALL,
        advertising: false,
      });
    });
  });

  describe('without a choice', () => {
    const pages = Array.from({ length: 60 }, (_, n): [string, unknown] => [
      'page_viewed',
      published({}, { id: `e-${n}` }),
    ]);

    test('nothing is stored or sent; consent releases the last fifty messages in order', async () => {
      const page = openPage();
      const { sandbox, choose } = platform.undecided(page);
      const pixel = await loadPixel(load, sandbox);
      await pixel.burst(pages);
      expect([page.posts.length, page.written.length, page.storage.size]).toEqual([0, 0, 0]);
      await choose(true);
      await vi.advanceTimersByTimeAsync(2000);
      await flushPromises();
      expect(page.sentMessages().map(({ messageId }) => messageId)).toEqual(
        Array.from({ length: 50 }, (_, n) => `e-${n + 10}`),
      );
    });

    test('a refusal drops held and queued messages and the visitor’s id; consent later begins anew', async () => {
      const page = openPage();
      const { sandbox, choose } = platform.undecided(page);
      const pixel = await loadPixel(load, sandbox);
      await choose(true);
      page.reply = 500;
      await pixel.burst(pages.slice(0, 2));
      expect(Object.keys(page.stored('_sb_p'))).toEqual(['e-0', 'e-1']);
      expect(page.stored('_sb').anonymousId).toMatch(UUID);
      page.posts.length = 0;
      page.reply = 200;
      const { anonymousId } = page.stored('_sb');
      await choose(false);
      await pixel.burst(pages.slice(2, 4));
      await vi.advanceTimersByTimeAsync(600_000);
      expect(page.sentMessages()).toMatchObject([{ event: 'Consent Denied', anonymousId }]);
      page.posts.length = 0;
      expect(page.stored('_sb_p')).toEqual({});
      expect(page.stored('_sb')).toEqual({ anonymousId: '', orders: [], ...platform.refusal });
      expect(page.cookies.get('_sb_id')).toBe('');
      expect(page.written.at(-1)).toContain('_sb_id=;');
      await choose(true);
      await pixel.burst(pages.slice(4, 5));
      expect(page.sentMessages().map(({ messageId }) => messageId)).toEqual(['e-4']);
    });
  });

  describe('delivery', () => {
    test.for([0, 408, 429, 500, 502, 503, 401])(
      'a message answered with %i is sent again with the same id',
      async (status) => {
        const page = openPage();
        page.reply = () => (page.posts.length < 4 ? status : 200);
        const pixel = await loadPixel(load, { browser: page.browser });
        await pixel.emit('page_viewed', published({}));
        for (let seconds = 0; seconds < 60; seconds++) await vi.advanceTimersByTimeAsync(1000);
        expect(page.sentMessages().map(({ messageId }) => messageId)).toEqual([
          'event-1',
          'event-1',
          'event-1',
          'event-1',
        ]);
        expect(page.stored('_sb_p')).toEqual({});
      },
    );

    test('nothing is sent before Retry-After has passed, new messages included', async () => {
      const page = openPage();
      page.reply = { status: 429, headers: { 'Retry-After': '30' } };
      const pixel = await loadPixel(load, { browser: page.browser });
      await pixel.emit('page_viewed', published({}));
      page.reply = 200;
      await vi.advanceTimersByTimeAsync(29_000);
      await pixel.emit('cart_viewed', published(platform.cart([]), { id: 'event-2' }));
      expect(page.posts).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1000);
      await flushPromises();
      expect(page.posts[1]?.batch.map(({ messageId }) => messageId)).toEqual(['event-1', 'event-2']);
    });

    test('a message left unanswered by a closed tab is sent from the next page, for a week', async () => {
      const page = openPage();
      page.reply = () => new Promise(() => {});
      await (await loadPixel(load, { browser: page.browser })).emit(
        'checkout_completed',
        published(platform.order('7')),
      );
      page.reply = 200;
      page.posts.length = 0;
      vi.setSystemTime(Date.parse(NOW) + 6 * 86_400_000);
      await loadPixel(load, { browser: page.browser });
      expect(page.sentMessages().map(({ messageId }) => messageId)).toEqual(['event-1']);
      page.posts.length = 0;
      await loadPixel(load, { browser: page.browser });
      expect(page.posts).toEqual([]);
    });

    test('a message older than a week is dropped', async () => {
      const page = openPage();
      page.reply = () => new Promise(() => {});
      await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
      page.posts.length = 0;
      vi.setSystemTime(Date.parse(NOW) + 8 * 86_400_000);
      await loadPixel(load, { browser: page.browser });
      expect([page.posts, page.stored('_sb_p')]).toEqual([[], {}]);
    });

    test.for([400, 413])(
      'a message rejected alone with %i is dropped, the others are sent',
      async (status) => {
        const page = openPage();
        page.reply = ({ batch }) => (batch.some(({ event }) => event === 'Cart Viewed') ? status : 200);
        const pixel = await loadPixel(load, { browser: page.browser });
        await pixel.burst([
          ['cart_viewed', published(platform.cart([]), { id: 'bad' })],
          ['page_viewed', published({}, { id: 'good' })],
        ]);
        for (let seconds = 0; seconds < 20; seconds++) await vi.advanceTimersByTimeAsync(1000);
        expect(page.posts.at(-1)?.batch.map(({ messageId }) => messageId)).toEqual(['good']);
        expect(page.stored('_sb_p')).toEqual({});
      },
    );

    test('two tabs keep each other’s unsent messages', async () => {
      const page = openPage();
      page.reply = 500;
      const one = await loadPixel(load, { browser: page.browser });
      const other = await loadPixel(load, { browser: page.browser });
      await one.emit('page_viewed', published({}, { id: 'one' }));
      await other.emit('page_viewed', published({}, { id: 'other' }));
      expect(Object.keys(page.stored('_sb_p')).sort()).toEqual(['one', 'other']);
    });

    test('an order counts once, on any page and in any tab', async () => {
      const page = openPage({}, { _sb: { orders: ['A-1'] } });
      for (const id of ['e-1', 'e-2', 'e-3'])
        await (await loadPixel(load, { browser: page.browser })).burst([
          ['checkout_completed', published(platform.order('A-1'), { id })],
          ['checkout_completed', published(platform.order('B-2'), { id: `${id}b` })],
          ['checkout_completed', published(platform.order('B-2'), { id: `${id}c` })],
        ]);
      expect(page.sentMessages().map(({ properties }) => properties?.order_id)).toEqual(['B-2']);
      expect(page.stored('_sb').orders).toEqual(['A-1', 'B-2']);
    });

    test('the last fifty order ids are stored', async () => {
      const page = openPage();
      const pixel = await loadPixel(load, { browser: page.browser });
      for (let n = 0; n < 60; n++)
        await pixel.emit('checkout_completed', published(platform.order(`A-${n}`), { id: `e-${n}` }));
      expect(page.sentMessages()).toHaveLength(60);
      expect(page.stored('_sb').orders).toEqual(Array.from({ length: 50 }, (_, n) => `A-${n + 10}`));
    });

    test('an order counts once without storage too', async () => {
      const page = openPage();
      const pixel = await loadPixel(load);
      for (const id of ['e-1', 'e-2'])
        await pixel.emit('checkout_completed', published(platform.order('A-1'), { id }));
      expect(page.sentMessages()).toHaveLength(1);
    });
  });

  describe('limits', () => {
    const long = { title: '高山烏龍茶'.repeat(40) };

    test('requests stay below 60 KB and messages below 32 KB; an order keeps the products that fit', async () => {
      const page = openPage();
      const pixel = await loadPixel(load, { browser: page.browser });
      const list = Array.from({ length: 400 }, () => long);
      await pixel.burst([
        ['checkout_completed', published(platform.order('7', 9, list))],
        ...Array.from({ length: 20 }, (_, n): [string, unknown] => [
          'cart_viewed',
          published(platform.cart(list), { id: `c-${n}` }),
        ]),
      ]);
      const order = page.sentMessages().find(({ event }) => event === 'Order Completed');
      expect(order?.properties).toMatchObject({ order_id: '7', total: 9, currency: 'TWD' });
      expect((order?.properties?.products as unknown[] | undefined)?.length).toBeGreaterThan(10);
      expect(page.sentMessages()).toHaveLength(21);
      for (const message of page.sentMessages())
        expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(32_768);
      for (const { request } of page.posts)
        expect(Buffer.byteLength(String(request.body))).toBeLessThan(61_440);
    });

    test('the newest sixty messages are kept while the collector is down', async () => {
      const page = openPage();
      page.reply = 0;
      const pixel = await loadPixel(load, { browser: page.browser });
      for (let n = 0; n < 70; n++) await pixel.emit('page_viewed', published({}, { id: `e-${n}` }));
      expect(Object.keys(page.stored('_sb_p'))).toEqual(Array.from({ length: 60 }, (_, n) => `e-${n + 10}`));
    });
  });

  describe('after unexpected data the next event is still reported', () => {
    test.for<{ what: string; event: unknown }>([
      { what: 'nothing', event: undefined },
      { what: 'null', event: null },
      { what: 'text', event: 'text' },
      { what: 'no data', event: {} },
      { what: 'null for data', event: { data: null, context: null } },
      ...platform.odd.map(({ what, data }) => ({ what, event: published(data) })),
      {
        what: 'a getter that throws',
        event: {
          get data(): never {
            throw new Error('getter');
          },
        },
      },
    ])('$what', async ({ event }) => {
      const page = openPage();
      const pixel = await loadPixel(load, { browser: page.browser });
      for (const name of pixel.subscribed) await pixel.emit(name, event);
      await pixel.emit('page_viewed', published({}, { id: 'still here' }));
      expect(page.sentMessages().at(-1)?.messageId).toBe('still here');
    });

    test.for<{ what: string; stored: Record<string, unknown> }>([
      { what: 'text', stored: { _sb: 'text', _sb_p: 'text' } },
      { what: 'a number', stored: { _sb: 7, _sb_p: 7 } },
      { what: 'a list', stored: { _sb: [1], _sb_p: [1, null, {}] } },
      { what: 'messages without an id', stored: { _sb_p: { a: { timestamp: NOW }, b: null, c: 'x' } } },
    ])('$what in storage', async ({ stored }) => {
      const page = openPage({}, stored);
      await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
      expect(page.sentMessages().map(({ messageId }) => messageId)).toEqual(['event-1']);
    });

    test('a browser that blocks cookies and storage', async () => {
      const page = openPage();
      const refuse = async () => {
        throw new Error('blocked');
      };
      const browser = {
        cookie: { get: refuse, set: refuse },
        localStorage: { getItem: refuse, setItem: refuse },
      };
      const pixel = await loadPixel(load, { browser });
      await pixel.emit('page_viewed', published({}));
      await pixel.emit('page_viewed', published({}, { id: 'event-2' }));
      expect(new Set(page.sentMessages().map(({ anonymousId }) => anonymousId)).size).toBe(1);
      expect(page.sentMessages()).toHaveLength(2);
    });

    test('an event whose subscription throws', async () => {
      const page = openPage();
      const callbacks = new Map<string, (event: unknown) => void>();
      const subscribe = (name: string, callback: (event: unknown) => void) => {
        if (name === 'page_viewed') throw new Error('unknown event');
        callbacks.set(name, callback);
      };
      await loadPixel(load, { analytics: { subscribe }, browser: page.browser });
      callbacks.get('cart_viewed')?.(published(platform.cart([])));
      await flushPromises();
      expect(page.names()).toEqual(['Cart Viewed']);
    });

    test.for([
      { settings: undefined },
      { settings: { key: 'demo' } },
      { settings: { endpoint: 'https://x' } },
    ])('with settings $settings nothing is subscribed to', async (provided) => {
      openPage();
      expect((await loadPixel(load, provided)).subscribed).toEqual([]);
    });
  });
});
