import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseMessage } from '../../shared/message.ts';
import { lend, openPage, SETTINGS, settle } from '../support/pixel.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const ID = '11111111-2222-4333-8444-555555555555';
const CLIENT = '99999999-8888-4777-a666-555555555555';
const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const load = () => import('../../client/snippet/pixel-shopline.ts');

const tea = {
  spuId: '16062938070772167548642145',
  skuId: '18062938070772167548642146',
  skuItemNo: 'TEA-1',
  title: 'Oolong',
  variant: '150 g',
  price: 480,
  quantity: 2,
  category: 'Tea',
};
const cup = { spuId: 'spu-cup', skuId: 'sku-cup', title: 'Cup', price: 90.5, quantity: 1 };
const teaTold = {
  product_id: tea.spuId,
  sku: tea.skuId,
  sku_code: 'TEA-1',
  name: 'Oolong',
  variant: '150 g',
  category: 'Tea',
  price: 480,
  quantity: 2,
  value: 960,
};
const cupTold = {
  product_id: 'spu-cup',
  sku: 'sku-cup',
  name: 'Cup',
  price: 90.5,
  quantity: 1,
  value: 90.5,
};

/** As the platform publishes it: the name of two events is another's. */
const published = (data: unknown, more: Record<string, unknown> = {}) => ({
  id: 'event-1',
  clientId: CLIENT,
  name: 'login',
  timestamp: '1795766400123',
  context: {
    document: {
      location: { href: 'https://shop.example/products/oolong?ttclid=E.C.P.1' },
      referrer: 'https://tiktok.example/',
      title: 'Oolong',
    },
    navigator: { userAgent: 'Shopper/1.0', language: 'zh-TW' },
  },
  data: { login_em: null, customer_id: null, ...(data as object) },
  ...more,
});

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('each of SHOPLINE’s events becomes what the contract knows', () => {
  const cart = { value: 1050.5, currency: 'TWD', list: [tea, cup] };
  const cartTold = { value: 1050.5, currency: 'TWD', products: [teaTold, cupTold] };
  test.for([
    { name: 'page_viewed', data: { title: 'Oolong', url: '/x' }, told: [['page', undefined]] },
    {
      name: 'product_viewed',
      data: { ...tea, quantity: undefined, currency: 'TWD' },
      told: [['Product Viewed', { ...teaTold, quantity: undefined, value: 480, currency: 'TWD' }]],
    },
    {
      name: 'collection_viewed',
      data: {
        collectionType: 'category',
        collectionId: 'c-1',
        collectionName: 'Teas',
        currency: 'TWD',
        list: [{ ...tea, quantity: undefined }],
      },
      told: [
        [
          'Product List Viewed',
          {
            list_id: 'c-1',
            category: 'Teas',
            currency: 'TWD',
            products: [{ ...teaTold, quantity: undefined, value: 480 }],
          },
        ],
      ],
    },
    { name: 'search_submitted', data: { keyword: '茶' }, told: [['Search Submitted', { query: '茶' }]] },
    {
      name: 'search_view_results',
      data: { keyword: '茶', currency: 'TWD', list: [cup] },
      told: [['Products Searched', { query: '茶', currency: 'TWD', products: [cupTold] }]],
    },
    {
      name: 'product_added_to_cart',
      data: { cartId: 'cart-1', ...cart },
      told: [
        ['Product Added', { ...teaTold, cart_id: 'cart-1', currency: 'TWD' }],
        ['Product Added', { ...cupTold, cart_id: 'cart-1', currency: 'TWD' }],
      ],
    },
    {
      name: 'product_removed_from_cart',
      data: { cartId: 'cart-1', value: 90.5, currency: 'TWD', list: [cup] },
      told: [['Product Removed', { ...cupTold, cart_id: 'cart-1', currency: 'TWD' }]],
    },
    { name: 'cart_viewed', data: cart, told: [['Cart Viewed', cartTold]] },
    { name: 'checkout_started', data: cart, told: [['Checkout Started', cartTold]] },
    {
      name: 'checkout_contact_info_submitted',
      data: { ...cart, email: 'alice@example.com', shippingAddress: { city: 'Taipei' } },
      told: [['Checkout Step Completed', { ...cartTold, step: 1, step_name: 'contact' }]],
    },
    {
      name: 'payment_info_submitted',
      data: { ...cart, paymentType: 'CreditCard', productPrice: 1050.5 },
      told: [['Payment Info Entered', { ...cartTold, payment_method: 'CreditCard' }]],
    },
    {
      name: 'checkout_completed',
      data: {
        ...cart,
        orderSeq: '21050224312121887324667162',
        appOrderSeq: '1001',
        value: '1,150.50',
        shippingAmount: 80,
        taxAmount: 20,
        coupon: 'SPRING',
      },
      told: [
        [
          'Order Completed',
          {
            order_id: '21050224312121887324667162',
            order_number: '1001',
            total: 1150.5,
            shipping: 80,
            tax: 20,
            coupon: 'SPRING',
            currency: 'TWD',
            products: [teaTold, cupTold],
          },
        ],
      ],
    },
    {
      name: 'lead',
      data: { currency: 'TWD', list: [cup] },
      told: [['Lead Submitted', { currency: 'TWD', products: [cupTold] }]],
    },
    {
      name: 'login',
      data: { method: 'email', customer_id: '2004' },
      told: [
        ['Signed In', { method: 'email' }],
        ['identify', undefined],
      ],
    },
    {
      name: 'registration_completed',
      data: { method: 'phone', phone: '+886912345678', user_id: '2005' },
      told: [
        ['Signed Up', { method: 'phone' }],
        ['identify', undefined],
      ],
    },
  ])('$name', async ({ name, data, told }) => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    await pixel.emit(name, published(data));
    const got = page.told().map(({ type, event, properties }) => [event ?? type, properties]);
    expect(got).toEqual(told);
    for (const message of page.told()) expect(parseMessage(message)).not.toHaveProperty('issues');
  });

  test('all fifteen are listened to, and in a shop with the snippet on its pages only those of checkout', async () => {
    openPage();
    expect((await lend(load)).subscribed).toHaveLength(15);
    const { subscribed } = await lend(load, { settings: { ...SETTINGS, events: 'checkout' } });
    expect(subscribed).toEqual([
      'checkout_started',
      'checkout_contact_info_submitted',
      'payment_info_submitted',
      'checkout_completed',
    ]);
  });
});

describe('a message says where, when, who and what is allowed', () => {
  test('from the event, the storefront’s cookies and its choice', async () => {
    const page = openPage(
      { _sb_id: ID, ttclid: 'E.C.P.1', _sb_tt: '1795766000000', _ttp: 'ttp-1' },
      { _sb: { choice: ALL, anonymousId: ID } },
    );
    const pixel = await lend(load, { browser: page.browser, settings: { ...SETTINGS, consent: 'denied' } });
    await pixel.emit('page_viewed', published({ customer_id: '2004', login_em: 'a'.repeat(64) }));
    const [post] = page.posts;
    expect(post).toMatchObject({
      url: 'https://collect.shop.example/v1/b',
      writeKey: 'demo',
      request: { method: 'POST', keepalive: true, credentials: 'omit' },
    });
    expect(post?.request.headers).toBeUndefined();
    expect(page.told()).toEqual([
      {
        type: 'page',
        messageId: 'event-1',
        timestamp: new Date(1795766400123).toISOString(),
        anonymousId: ID,
        userId: '2004',
        context: {
          page: {
            url: 'https://shop.example/products/oolong?ttclid=E.C.P.1',
            referrer: 'https://tiktok.example/',
            title: 'Oolong',
          },
          userAgent: 'Shopper/1.0',
          locale: 'zh-TW',
          library: { name: 'storebeacon', version: '0.0.0' },
          tiktok: {
            ttclid: 'E.C.P.1',
            ttclid_at: new Date(1795766000000).toISOString(),
            ttp: 'ttp-1',
          },
          traits: { email: 'a'.repeat(64) },
          consent: { categoryPreferences: ALL },
        },
      },
    ]);
    expect(page.written).toEqual([]);
  });

  test.for([
    { what: 'ISO text', timestamp: '2026-11-27T07:59:00Z', want: '2026-11-27T07:59:00.000Z' },
    { what: 'milliseconds as text', timestamp: '1795766399000', want: '2026-11-27T07:59:59.000Z' },
    { what: 'nothing', timestamp: undefined, want: NOW },
    { what: 'null', timestamp: null, want: NOW },
    { what: 'rubbish', timestamp: 'yesterday', want: NOW },
  ])('a time told as $what', async ({ timestamp, want }) => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    await pixel.emit('page_viewed', published({}, { timestamp }));
    expect(page.told()[0]?.timestamp).toBe(want);
  });

  test.for([
    { what: 'its own id', id: 'event-1', want: ['event-1', 'event-1.1'] },
    {
      what: 'too long an id',
      id: 'x'.repeat(101),
      want: [expect.stringMatching(/^[\da-f-]{36}$/), expect.stringMatching(/^[\da-f-]{36}$/)],
    },
    {
      what: 'no id',
      id: undefined,
      want: [expect.stringMatching(/^[\da-f-]{36}$/), expect.stringMatching(/^[\da-f-]{36}$/)],
    },
  ])('an event with $what: each message has one of its own', async ({ id, want }) => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    await pixel.emit('product_added_to_cart', published({ list: [tea, cup] }, { id }));
    const ids = page.told().map(({ messageId }) => messageId);
    expect(ids).toEqual(want);
    expect(new Set(ids).size).toBe(2);
  });

  test.for([
    { what: 'the storefront’s cookie', cookies: { _sb_id: ID }, stored: {}, want: ID, written: 0 },
    {
      what: 'what the storefront remembers',
      cookies: {},
      stored: { _sb: { anonymousId: ID } },
      want: ID,
      written: 1,
    },
  ])('the visitor is known by $what', async ({ cookies, stored, want, written }) => {
    const page = openPage(cookies as Record<string, string>, stored);
    const pixel = await lend(load, { browser: page.browser });
    await pixel.emit('page_viewed', published({}));
    expect(page.told()[0]?.anonymousId).toBe(want);
    expect(page.written).toHaveLength(written);
  });

  test('a visitor nobody knows is given an id, which later pages find', async () => {
    const page = openPage();
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}));
    const id = page.told()[0]?.anonymousId ?? '';
    expect(id).toMatch(/^[\da-f-]{36}$/);
    expect(id).not.toBe(CLIENT);
    expect(page.written).toEqual([`_sb_id=${id};Path=/;SameSite=Lax;Secure;Max-Age=34560000`]);
    expect(page.kept('_sb').anonymousId).toBe(id);
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}, { id: 'event-2' }));
    expect(page.told()[1]?.anonymousId).toBe(id);
  });

  test.for([
    { what: 'a UUID', clientId: CLIENT, want: CLIENT },
    { what: 'something else', clientId: 'visitor 7', want: expect.stringMatching(/^[\da-f-]{36}$/) },
  ])('where nothing can be kept, the platform’s own id counts if it is $what', async ({ clientId, want }) => {
    const page = openPage();
    const pixel = await lend(load);
    await pixel.emit('page_viewed', published({}, { clientId }));
    await pixel.emit('page_viewed', published({}, { clientId, id: 'event-2' }));
    expect(page.told().map(({ anonymousId }) => anonymousId)).toEqual([want, page.told()[0]?.anonymousId]);
  });

  test.for([
    {
      consent: ALL,
      names: ['Signed Up', 'identify'],
      traits: { email: 'a@example.com', phone: '0912345678' },
    },
    { consent: { ...ALL, marketing: false }, names: ['Signed Up'], traits: undefined },
  ])(
    'email and phone go along only with consent to marketing: $consent.marketing',
    async ({ consent, names, traits }) => {
      const page = openPage({ ttclid: 'E.C.P.1' }, { _sb: { choice: consent } });
      const pixel = await lend(load, { browser: page.browser });
      const data = { method: 'email', email: 'a@example.com', phone: '0912345678', user_id: '2005' };
      await pixel.emit('registration_completed', published(data));
      expect(page.names()).toEqual(names);
      expect(page.told().map(({ context }) => context.traits)).toEqual(names.map(() => traits));
      expect(page.told().at(-1)?.traits).toEqual(traits);
      expect(page.told()[0]?.userId).toBe('2005');
    },
  );

  test('without consent to advertising nobody looks for a click', async () => {
    const page = openPage(
      { _sb_id: ID, ttclid: 'E.C.P.1' },
      { _sb: { choice: { ...ALL, advertising: false } } },
    );
    const get = vi.spyOn(page.browser.cookie, 'get');
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}));
    expect(page.told()[0]?.context.tiktok).toBeUndefined();
    expect(get.mock.calls.flat()).toEqual(['_sb_id']);
  });
});

describe('while the visitor has not chosen', () => {
  const undecided = { ...SETTINGS, consent: 'denied' };
  const pages = Array.from({ length: 60 }, (_, n): [string, unknown] => [
    'page_viewed',
    published({}, { id: `e-${n}` }),
  ]);

  test('nothing is written or sent; a yes on the page lets the last fifty go, in order', async () => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser, settings: undecided });
    await pixel.burst(pages);
    expect([page.posts.length, page.written.length, page.storage.size]).toEqual([0, 0, 0]);
    page.storage.set('_sb', JSON.stringify({ choice: ALL }));
    await vi.advanceTimersByTimeAsync(2000);
    await settle();
    expect(page.told().map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 50 }, (_, n) => `e-${n + 10}`),
    );
  });

  test('a no drops them, with what still waited for an answer, and the next yes begins anew', async () => {
    const page = openPage({ _sb_id: ID }, { _sb: { anonymousId: ID, choice: ALL } });
    page.reply = 500;
    const pixel = await lend(load, { browser: page.browser, settings: undecided });
    await pixel.burst(pages.slice(0, 2));
    expect(Object.keys(page.kept('_sb_p'))).toEqual(['e-0', 'e-1']);
    page.storage.set('_sb', JSON.stringify({ anonymousId: ID, choice: NONE }));
    page.posts.length = 0;
    page.reply = 200;
    await pixel.burst(pages.slice(2, 4));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(page.posts).toEqual([]);
    expect(page.kept('_sb_p')).toBeNull();
    expect(page.kept('_sb')).toEqual({ anonymousId: '', orders: [], choice: NONE });
    expect(page.written.at(-1)).toContain('_sb_id=;');
    page.storage.set('_sb', JSON.stringify({ choice: ALL }));
    await pixel.burst(pages.slice(4, 5));
    expect(page.told().map(({ messageId }) => messageId)).toEqual(['e-4']);
  });

  test('Global Privacy Control denies advertising whatever was chosen', async () => {
    vi.stubGlobal('navigator', { globalPrivacyControl: true });
    const page = openPage({}, { _sb: { choice: ALL } });
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}));
    expect(page.told()[0]?.context.consent.categoryPreferences).toEqual({ ...ALL, advertising: false });
  });
});

describe('what is told arrives', () => {
  test.for([0, 408, 429, 500, 502, 503, 401])(
    'after an answer of %i it is sent again, with the same id',
    async (status) => {
      const page = openPage();
      page.reply = () => (page.posts.length < 4 ? status : 200);
      const pixel = await lend(load, { browser: page.browser });
      await pixel.emit('page_viewed', published({}));
      for (let seconds = 0; seconds < 60; seconds++) await vi.advanceTimersByTimeAsync(1000);
      expect(page.told().map(({ messageId }) => messageId)).toEqual([
        'event-1',
        'event-1',
        'event-1',
        'event-1',
      ]);
      expect(page.kept('_sb_p')).toEqual({});
    },
  );

  test('not before the collector’s Retry-After is over, whatever happens meanwhile', async () => {
    const page = openPage();
    page.reply = { status: 429, headers: { 'Retry-After': '30' } };
    const pixel = await lend(load, { browser: page.browser });
    await pixel.emit('page_viewed', published({}));
    page.reply = 200;
    await vi.advanceTimersByTimeAsync(29_000);
    await pixel.emit('cart_viewed', published({}, { id: 'event-2' }));
    expect(page.posts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    await settle();
    expect(page.posts[1]?.batch.map(({ messageId }) => messageId)).toEqual(['event-1', 'event-2']);
  });

  test('a tab closed before the answer is made up for on the next page, for a week', async () => {
    const page = openPage();
    page.reply = () => new Promise(() => {});
    await (await lend(load, { browser: page.browser })).emit(
      'checkout_completed',
      published({ orderSeq: '7' }),
    );
    page.reply = 200;
    page.posts.length = 0;
    vi.setSystemTime(Date.parse(NOW) + 6 * 86_400_000);
    await lend(load, { browser: page.browser });
    expect(page.told().map(({ messageId }) => messageId)).toEqual(['event-1']);
    page.posts.length = 0;
    await lend(load, { browser: page.browser });
    expect(page.posts).toEqual([]);
  });

  test('after eight days it is too late', async () => {
    const page = openPage();
    page.reply = () => new Promise(() => {});
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}));
    page.posts.length = 0;
    vi.setSystemTime(Date.parse(NOW) + 8 * 86_400_000);
    await lend(load, { browser: page.browser });
    expect([page.posts, page.kept('_sb_p')]).toEqual([[], {}]);
  });

  test.for([400, 413])(
    'a message the collector refuses alone (%i) is dropped, the others are not',
    async (status) => {
      const page = openPage();
      page.reply = ({ batch }) => (batch.some(({ event }) => event === 'Cart Viewed') ? status : 200);
      const pixel = await lend(load, { browser: page.browser });
      await pixel.burst([
        ['cart_viewed', published({}, { id: 'bad' })],
        ['page_viewed', published({}, { id: 'good' })],
      ]);
      for (let seconds = 0; seconds < 20; seconds++) await vi.advanceTimersByTimeAsync(1000);
      expect(page.posts.at(-1)?.batch.map(({ messageId }) => messageId)).toEqual(['good']);
      expect(page.kept('_sb_p')).toEqual({});
    },
  );

  test('two tabs keep what the other has not sent yet', async () => {
    const page = openPage();
    page.reply = 500;
    const one = await lend(load, { browser: page.browser });
    const other = await lend(load, { browser: page.browser });
    await one.emit('page_viewed', published({}, { id: 'one' }));
    await other.emit('page_viewed', published({}, { id: 'other' }));
    expect(Object.keys(page.kept('_sb_p')).sort()).toEqual(['one', 'other']);
  });

  test('an order counts once, whatever page and tab it is told on', async () => {
    const page = openPage({}, { _sb: { orders: ['A-1'] } });
    for (const id of ['e-1', 'e-2', 'e-3'])
      await (await lend(load, { browser: page.browser })).burst([
        ['checkout_completed', published({ orderSeq: 'A-1' }, { id })],
        ['checkout_completed', published({ orderSeq: 'B-2' }, { id: `${id}b` })],
        ['checkout_completed', published({ orderSeq: 'B-2' }, { id: `${id}c` })],
      ]);
    expect(page.told().map(({ properties }) => properties?.order_id)).toEqual(['B-2']);
    expect(page.kept('_sb').orders).toEqual(['A-1', 'B-2']);
  });

  test('the last fifty orders are remembered', async () => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    for (let n = 0; n < 60; n++)
      await pixel.emit('checkout_completed', published({ orderSeq: `A-${n}` }, { id: `e-${n}` }));
    expect(page.told()).toHaveLength(60);
    expect(page.kept('_sb').orders).toEqual(Array.from({ length: 50 }, (_, n) => `A-${n + 10}`));
  });

  test('once too where nothing can be remembered beyond the sandbox', async () => {
    const page = openPage();
    const pixel = await lend(load);
    for (const id of ['e-1', 'e-2'])
      await pixel.emit('checkout_completed', published({ orderSeq: 'A-1' }, { id }));
    expect(page.told()).toHaveLength(1);
  });
});

describe('however much there is', () => {
  const long = { ...tea, title: '高山烏龍茶'.repeat(40) };

  test('requests stay below 60 KB and messages below 32, and the order arrives with what fits', async () => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    const list = Array.from({ length: 400 }, () => long);
    await pixel.burst([
      ['checkout_completed', published({ orderSeq: '7', value: 9, currency: 'TWD', list })],
      ...Array.from({ length: 20 }, (_, n): [string, unknown] => [
        'cart_viewed',
        published({ list }, { id: `c-${n}` }),
      ]),
    ]);
    const order = page.told().find(({ event }) => event === 'Order Completed');
    expect(order?.properties).toMatchObject({ order_id: '7', total: 9, currency: 'TWD' });
    expect((order?.properties?.products as unknown[] | undefined)?.length).toBeGreaterThan(10);
    expect(page.told()).toHaveLength(21);
    for (const message of page.told())
      expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(32_768);
    for (const { request } of page.posts)
      expect(Buffer.byteLength(String(request.body))).toBeLessThan(61_440);
  });

  test('the newest sixty wait, however long the collector is away', async () => {
    const page = openPage();
    page.reply = 0;
    const pixel = await lend(load, { browser: page.browser });
    for (let n = 0; n < 70; n++) await pixel.emit('page_viewed', published({}, { id: `e-${n}` }));
    expect(Object.keys(page.kept('_sb_p'))).toEqual(Array.from({ length: 60 }, (_, n) => `e-${n + 10}`));
  });
});

describe('whatever a platform or a page hands over, the next event is told', () => {
  const circular: Record<string, unknown> = { title: 'x' };
  circular.self = circular;
  test.for<{ what: string; event: unknown }>([
    { what: 'nothing', event: undefined },
    { what: 'null', event: null },
    { what: 'text', event: 'text' },
    { what: 'no data', event: {} },
    { what: 'null for data', event: { data: null, context: null } },
    { what: 'a list that is none', event: published({ list: 7 }) },
    { what: 'a list of nothing', event: published({ list: [null, undefined, 0] }) },
    { what: 'something circular', event: published({ list: [{ title: circular }], orderSeq: circular }) },
    { what: 'a megabyte', event: published({ title: 'x'.repeat(1_000_000), coupon: 'x'.repeat(1_000_000) }) },
    {
      what: 'a trap',
      event: {
        get data(): never {
          throw new Error('trap');
        },
      },
    },
  ])('$what', async ({ event }) => {
    const page = openPage();
    const pixel = await lend(load, { browser: page.browser });
    for (const name of pixel.subscribed) await pixel.emit(name, event);
    await pixel.emit('page_viewed', published({}, { id: 'still here' }));
    expect(page.told().at(-1)?.messageId).toBe('still here');
  });

  test.for<{ what: string; stored: Record<string, unknown> }>([
    { what: 'text', stored: { _sb: 'text', _sb_p: 'text' } },
    { what: 'a number', stored: { _sb: 7, _sb_p: 7 } },
    { what: 'a list', stored: { _sb: [1], _sb_p: [1, null, {}] } },
    { what: 'messages without an id', stored: { _sb_p: { a: { timestamp: NOW }, b: null, c: 'x' } } },
  ])('$what where we keep things', async ({ stored }) => {
    const page = openPage({}, stored);
    await (await lend(load, { browser: page.browser })).emit('page_viewed', published({}));
    expect(page.told().map(({ messageId }) => messageId)).toEqual(['event-1']);
  });

  test('a browser that refuses everything', async () => {
    const page = openPage();
    const refuse = async () => {
      throw new Error('blocked');
    };
    const browser = {
      cookie: { get: refuse, set: refuse },
      localStorage: { getItem: refuse, setItem: refuse },
    };
    const pixel = await lend(load, { browser });
    await pixel.emit('page_viewed', published({}));
    await pixel.emit('page_viewed', published({}, { id: 'event-2' }));
    expect(new Set(page.told().map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect(page.told()).toHaveLength(2);
  });

  test('an event that cannot be subscribed to', async () => {
    const page = openPage();
    const callbacks = new Map<string, (event: unknown) => void>();
    const subscribe = (name: string, callback: (event: unknown) => void) => {
      if (name === 'lead') throw new Error('unknown event');
      callbacks.set(name, callback);
    };
    await lend(load, { analytics: { subscribe }, browser: page.browser });
    callbacks.get('login')?.(published({ method: 'email' }));
    await settle();
    expect(page.names()).toEqual(['Signed In']);
  });

  test.for([{ settings: undefined }, { settings: { key: 'demo' } }, { settings: { endpoint: 'https://x' } }])(
    'settings of $settings tell nobody',
    async (lent) => {
      openPage();
      expect((await lend(load, lent)).subscribed).toEqual([]);
    },
  );
});

test.for(['pasted', 'configure'] as const)('it finds its sandbox %s', async (by) => {
  const page = openPage();
  const pixel = await lend(load, { browser: page.browser }, by);
  await pixel.emit('page_viewed', published({}));
  expect(page.names()).toEqual(['page']);
});
