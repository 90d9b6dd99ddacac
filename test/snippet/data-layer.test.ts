// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Capture, Options, Report, Tools } from '../../client/snippet/api.ts';

type Reported = [event: string, properties: Record<string, unknown>];
type Layer = Record<string, unknown[] | undefined>;
const page = window as unknown as Layer;

/** What the shop’s pages call: the arguments themselves are pushed, not a list of them. */
function gtag(..._args: unknown[]) {
  // biome-ignore lint/complexity/noArguments: as Google’s own lines do.
  page.dataLayer?.push(arguments);
}
/** An event as a shop with Google Tag Manager pushes it. */
const pushed = (event: string, ecommerce: unknown) => ({ event, ecommerce });

/** Both files on a page where every report is passed to `report`. */
async function openPlugins(options: Options, report: Report) {
  const tools = {} as Tools;
  vi.stubGlobal('storebeacon', {
    options,
    capture: (_source: string, start: Capture) => start(report, tools),
  });
  await import('../../client/snippet/data-layer.ts');
  await import('../../client/snippet/ecommerce.ts');
}

/** Starts the plugin on a page that has this data layer; what it reports, as it goes over the wire. */
async function start(layer: unknown[] | undefined, options: Options = {}): Promise<Reported[]> {
  page.dataLayer = layer;
  const reported: Reported[] = [];
  vi.resetModules();
  await openPlugins(options, (event, properties) =>
    reported.push([event, JSON.parse(JSON.stringify(properties))]),
  );
  return reported;
}
/** Listeners go with their page. */
const listen = window.addEventListener;
let leave = new AbortController();
beforeEach(() => {
  leave = new AbortController();
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) =>
    listen(type, listener, { capture: true, signal: leave.signal }),
  );
  vi.useFakeTimers();
});
afterEach(() => {
  leave.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  delete page.dataLayer;
});
const aMoment = () => vi.advanceTimersByTime(500);

const TEA = {
  item_id: 'tea-1',
  item_name: 'Alishan Oolong',
  item_brand: 'Dewleaf',
  item_category: 'Tea',
  item_category2: 'Oolong',
  item_category3: 'High mountain',
  item_variant: '100 g',
  price: 432,
  discount: 48,
  quantity: 2,
  coupon: 'SPRING',
  index: 0,
};
const CUP = { item_id: 'cup-1', item_name: 'Celadon Cup', price: '1,280', quantity: '1' };
const ITEMS = [TEA, CUP];
const MONEY = { currency: 'TWD', value: 2144 };
const LIST = { item_list_id: 'best', item_list_name: 'Best sellers' };
const BANNER = {
  promotion_id: 'spring',
  promotion_name: 'Spring harvest',
  creative_name: 'hills.jpg',
  creative_slot: 'top_1',
};

const tea = {
  product_id: 'tea-1',
  name: 'Alishan Oolong',
  brand: 'Dewleaf',
  category: 'Tea/Oolong/High mountain',
  variant: '100 g',
  price: 432,
  discount: 48,
  quantity: 2,
  coupon: 'SPRING',
  position: 0,
  value: 864,
};
const cup = { product_id: 'cup-1', name: 'Celadon Cup', price: 1280, quantity: 1, value: 1280 };
const products = [tea, cup];
const each = (event: string, more: object): Reported[] => [
  [event, { ...tea, ...more }],
  [event, { ...cup, ...more }],
];
const banner = {
  promotion_id: 'spring',
  name: 'Spring harvest',
  creative: 'hills.jpg',
  position: 'top_1',
};
const list = { list_id: 'best', list_name: 'Best sellers' };
const twd = { currency: 'TWD' };

const EVENTS: { name: string; parameters: Record<string, unknown>; want: Reported[] }[] = [
  {
    name: 'view_item_list',
    parameters: { ...LIST, items: ITEMS },
    want: [['Product List Viewed', { list_id: 'best', category: 'Best sellers', products }]],
  },
  { name: 'view_item', parameters: { ...MONEY, items: ITEMS }, want: each('Product Viewed', twd) },
  {
    name: 'select_item',
    parameters: { ...LIST, items: [TEA] },
    want: [['Product Clicked', { ...tea, ...list }]],
  },
  {
    name: 'add_to_cart',
    parameters: { ...MONEY, ...LIST, items: ITEMS },
    want: each('Product Added', { ...twd, ...list }),
  },
  { name: 'remove_from_cart', parameters: { ...MONEY, items: ITEMS }, want: each('Product Removed', twd) },
  {
    name: 'view_cart',
    parameters: { ...MONEY, items: ITEMS },
    want: [['Cart Viewed', { ...MONEY, products }]],
  },
  {
    name: 'begin_checkout',
    parameters: { ...MONEY, coupon: 'TEN', items: ITEMS },
    want: [['Checkout Started', { ...MONEY, coupon: 'TEN', products }]],
  },
  {
    name: 'add_shipping_info',
    parameters: { ...MONEY, shipping_tier: 'Home delivery', items: ITEMS },
    want: [['Checkout Step Completed', { ...MONEY, shipping_method: 'Home delivery', products }]],
  },
  {
    name: 'add_payment_info',
    parameters: { ...MONEY, payment_type: 'LINE Pay', items: ITEMS },
    want: [['Payment Info Entered', { ...MONEY, payment_method: 'LINE Pay', products }]],
  },
  {
    name: 'purchase',
    parameters: {
      ...MONEY,
      transaction_id: 'T-1001',
      tax: '102.10',
      shipping: 60,
      coupon: 'TEN',
      affiliation: 'Web shop',
      items: ITEMS,
    },
    want: [
      [
        'Order Completed',
        {
          ...MONEY,
          order_id: 'T-1001',
          tax: 102.1,
          shipping: 60,
          coupon: 'TEN',
          affiliation: 'Web shop',
          products,
        },
      ],
    ],
  },
  {
    name: 'refund',
    parameters: { transaction_id: 'T-1001', value: 1280, ...twd, items: [CUP] },
    want: [['Order Refunded', { order_id: 'T-1001', value: 1280, ...twd, products: [cup] }]],
  },
  {
    name: 'search',
    parameters: { search_term: 'oolong' },
    want: [['Products Searched', { query: 'oolong' }]],
  },
  {
    name: 'view_search_results',
    parameters: { search_term: 'oolong', items: ITEMS },
    want: [['Products Searched', { query: 'oolong' }]],
  },
  {
    name: 'view_promotion',
    parameters: { ...BANNER, items: ITEMS },
    want: [['Promotion Viewed', banner]],
  },
  {
    name: 'select_promotion',
    parameters: { ...BANNER, items: [TEA] },
    want: [['Promotion Clicked', banner]],
  },
  {
    name: 'add_to_wishlist',
    parameters: { ...MONEY, items: [TEA] },
    want: [['Product Added to Wishlist', { ...tea, ...twd }]],
  },
];

describe('each ecommerce event of GA4 is told in our words', () => {
  test.each(EVENTS)('$name, pushed for Google Tag Manager', async ({ name, parameters, want }) => {
    expect(await start([pushed(name, parameters)])).toEqual(want);
  });

  test.each(EVENTS)('$name, in a call to gtag', async ({ name, parameters, want }) => {
    page.dataLayer = [];
    gtag('event', name, parameters);
    expect(await start(page.dataLayer)).toEqual(want);
  });

  test('an event pushed without the ecommerce object around its parameters', async () => {
    const reported = await start([{ event: 'view_cart', ...MONEY, items: ITEMS }]);
    expect(reported).toEqual([['Cart Viewed', { ...MONEY, products }]]);
  });
});

describe('what shops write is read as they mean it', () => {
  const one = async (name: string, ecommerce: unknown) => (await start([pushed(name, ecommerce)]))[0]?.[1];

  test.each([
    {
      what: 'the names gtag.js had before GA4',
      item: { id: 'x', name: 'Cup', brand: 'B', category: 'A/B', list_position: 3 },
      want: { product_id: 'x', name: 'Cup', brand: 'B', category: 'A/B', position: 3 },
    },
    {
      what: 'a shop that tells product and SKU apart',
      item: { product_id: 'p', sku: 's', item_id: 's' },
      want: { product_id: 'p', sku: 's' },
    },
    { what: 'an id that is a number', item: { item_id: 42 }, want: { product_id: '42' } },
    { what: 'a free gift', item: { item_id: 'x', price: 0 }, want: { product_id: 'x', price: 0 } },
    {
      what: 'amounts as text',
      item: { item_id: 'x', price: 'NT$1,280', quantity: '2' },
      want: { product_id: 'x', price: 1280, quantity: 2, value: 2560 },
    },
    {
      what: 'a list and a currency of the item’s own',
      item: { item_id: 'x', currency: 'JPY', item_list_id: 'l' },
      want: { product_id: 'x', currency: 'JPY', list_id: 'l' },
    },
    {
      what: 'less than nothing taken away',
      item: { item_id: 'x', quantity: -2 },
      want: { product_id: 'x', quantity: 2 },
    },
    { what: 'a name without an id', item: { item_name: 'Cup' }, want: { name: 'Cup' } },
    {
      what: 'a price nobody can read, an object for a name, null and nothing',
      item: {
        item_id: 'x',
        price: 'on request',
        item_name: { en: 'Cup' },
        item_brand: null,
        item_variant: '',
      },
      want: { product_id: 'x' },
    },
    { what: 'a currency that is none', item: { item_id: 'x', currency: 'NT$' }, want: { product_id: 'x' } },
    {
      what: 'a text without end',
      item: { item_id: 'x', item_name: 'x'.repeat(5e6) },
      want: { product_id: 'x', name: 'x'.repeat(200) },
    },
  ])('$what', async ({ item, want }) => {
    expect(await one('view_item', { items: [item] })).toEqual(want);
  });

  test('an order whose currency only its items know', async () => {
    const order = { transaction_id: 7, items: [{ item_id: 'x', currency: 'JPY' }] };
    expect(await one('purchase', order)).toEqual({
      order_id: '7',
      currency: 'JPY',
      products: [{ product_id: 'x', currency: 'JPY' }],
    });
  });

  test('a refund without items is one of the whole order', async () => {
    expect(await one('refund', { transaction_id: 'T-1', items: [] })).toEqual({ order_id: 'T-1' });
  });

  test('each banner of a page, where the items are the banners', async () => {
    const items = [{ promotion_id: 'a', creative_slot: '2' }, { promotion_name: 'B' }];
    expect(await start([pushed('view_promotion', { creative_name: 'hills.jpg', items })])).toEqual([
      ['Promotion Viewed', { promotion_id: 'a', creative: 'hills.jpg', position: '2' }],
      ['Promotion Viewed', { name: 'B', creative: 'hills.jpg' }],
    ]);
  });

  test('of a list without end the first fifty', async () => {
    const items = Array.from({ length: 100_000 }, (_, index) => ({ item_id: index }));
    expect(await one('view_cart', { items })).toMatchObject({ products: { length: 50 } });
  });
});

describe('nothing is reported of', () => {
  test.each([
    { what: 'Tag Manager’s own events', entry: { event: 'gtm.js', 'gtm.start': 1 } },
    { what: 'an event of the shop’s own', entry: pushed('newsletter', { items: ITEMS }) },
    { what: 'what every object has', entry: pushed('constructor', { items: ITEMS }) },
    { what: 'a page’s data without an event', entry: { ecommerce: { items: ITEMS } } },
    { what: 'a reset', entry: { ecommerce: null } },
    { what: 'an event without anything', entry: pushed('add_to_cart', null) },
    {
      what: 'a product nobody names',
      entry: pushed('add_to_cart', { items: [{ price: 5 }, null, 7, 'tea'] }),
    },
    { what: 'an order without an id, which could not be told from itself', entry: pushed('purchase', MONEY) },
    { what: 'what is for Google Ads', entry: ['event', 'add_to_cart', { send_to: 'AW-1/x', items: ITEMS }] },
    {
      what: 'what is for two others',
      entry: ['event', 'add_to_cart', { send_to: ['AW-1', 'DC-2'], items: ITEMS }],
    },
    { what: 'a setting', entry: ['config', 'G-1', { items: ITEMS }] },
    { what: 'a visitor’s choice', entry: ['consent', 'update', { ad_storage: 'granted' }] },
  ])('$what', async ({ entry }) => {
    expect(await start([entry])).toEqual([]);
  });

  test('but of what is for Google Analytics, too', async () => {
    const to = (send_to: unknown) => ['event', 'view_item', { send_to, items: [CUP] }];
    expect(await start([to('G-1'), to(['AW-1', 'G-1']), to('everyone')])).toHaveLength(3);
  });
});

describe('whatever lies in the array, the next entry is read', () => {
  const trap = () => {
    throw new Error('a trap');
  };
  const circle: Record<string, unknown> = { event: 'view_item' };
  circle.ecommerce = circle;
  circle.items = [circle];
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  test.each<{ what: string; entry: unknown }>([
    { what: 'null', entry: null },
    { what: 'undefined', entry: undefined },
    { what: 'a number that is none', entry: Number.NaN },
    { what: 'a text', entry: 'event' },
    { what: 'a symbol', entry: Symbol('event') },
    { what: 'a function', entry: trap },
    { what: 'an empty list', entry: [] },
    { what: 'a command', entry: ['set', 'x', 1] },
    { what: 'a call without arguments', entry: ['event'] },
    { what: 'a circle', entry: circle },
    { what: 'an object without a prototype', entry: Object.create(null) },
    { what: 'a frozen entry', entry: Object.freeze({ event: 'gtm.js' }) },
    { what: 'a trap for an event', entry: Object.defineProperty({}, 'event', { get: trap }) },
    { what: 'an event that is a trap', entry: { event: { toString: trap } } },
    {
      what: 'a trap for parameters',
      entry: Object.defineProperty({ event: 'view_item' }, 'ecommerce', { get: trap }),
    },
    { what: 'a trap for an item', entry: pushed('view_item', { items: [new Proxy({}, { get: trap })] }) },
    {
      what: 'an amount that is a symbol',
      entry: pushed('view_item', { items: [{ item_id: 'x', price: Symbol('x') }] }),
    },
    { what: 'a revoked proxy', entry: revoked() },
  ])('$what', async ({ entry }) => {
    const reported = await start([entry, pushed('search', { search_term: 'before' })]);
    page.dataLayer?.push(entry, pushed('search', { search_term: 'after' }));
    aMoment();
    page.dataLayer?.push(entry);
    vi.advanceTimersByTime(5000);
    const expected = reported.filter(([event]) => event === 'Products Searched');
    expect(expected.map(([, { query }]) => query)).toEqual(['before', 'after']);
  });

  test.each<{ what: string; layer: unknown }>([
    { what: 'an object', layer: { push: trap, length: 9 } },
    { what: 'a text', layer: 'dataLayer' },
    { what: 'a trap', layer: new Proxy([1], { get: trap }) },
  ])('a data layer that is $what is none, until there is one', async ({ layer }) => {
    const reported = await start(layer as unknown[]);
    page.dataLayer = [pushed('search', { search_term: 'tea' })];
    aMoment();
    expect(reported).toHaveLength(1);
  });
});

describe('every entry is read once', () => {
  const nth = (search_term: number) => pushed('search', { search_term });
  const queries = (reported: Reported[]) => reported.map(([, { query }]) => Number(query));
  const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from);

  test('of an array that comes after us, or in place of another', async () => {
    const reported = await start(undefined);
    aMoment();
    page.dataLayer = [nth(1)];
    aMoment();
    page.dataLayer = [nth(2), nth(3)];
    aMoment();
    page.dataLayer = [...page.dataLayer, nth(4)];
    aMoment();
    page.dataLayer.length = 0;
    page.dataLayer.push(nth(5), nth(6), nth(7));
    vi.advanceTimersByTime(5000);
    expect(queries(reported)).toEqual(upTo(7));
  });

  test('of an array whose push somebody replaces', async () => {
    const reported = await start([nth(1)]);
    const layer = page.dataLayer as unknown[];
    layer.push = (...entries) => Array.prototype.push.apply(layer, entries);
    layer.push(nth(2));
    aMoment();
    layer.push = (...entries) => [].push.apply(layer, entries as never[]);
    layer.push(nth(3));
    vi.advanceTimersByTime(5000);
    expect(queries(reported)).toEqual([1, 2, 3]);
  });

  test('of an array that Tag Manager holds at 300 entries', async () => {
    const reported = await start(upTo(290).map(nth));
    const layer = page.dataLayer as unknown[];
    layer.push = (...entries) => {
      for (const entry of entries) layer[layer.length] = entry;
      while (layer.length > 300) layer.shift();
      return layer.length;
    };
    for (const from of [291, 311, 331, 601]) {
      layer.push(...upTo(from === 331 ? 270 : 20, from).map(nth));
      aMoment();
    }
    vi.advanceTimersByTime(5000);
    expect(queries(reported)).toEqual(upTo(620));
  });

  test('of one entry pushed twice, twice', async () => {
    const reported = await start([]);
    const same = nth(1);
    page.dataLayer?.push(same);
    aMoment();
    page.dataLayer?.push(nth(2), same);
    aMoment();
    expect(queries(reported)).toEqual([1, 2, 1]);
  });

  test('of a frozen array', async () => {
    const reported = await start(Object.freeze([nth(1)]) as unknown as unknown[]);
    page.dataLayer = Object.freeze([nth(2)]) as unknown as unknown[];
    vi.advanceTimersByTime(5000);
    expect(queries(reported)).toEqual([1, 2]);
  });

  test('of an array that never shows the same entry twice', async () => {
    const entries = [nth(1)];
    const get = (_: unknown, key: string | symbol) =>
      /^\d+$/.test(String(key)) ? { ...entries[Number(key)] } : Reflect.get(entries, key);
    const reported = await start(new Proxy<unknown[]>(entries, { get }));
    aMoment();
    entries.push(nth(2));
    vi.advanceTimersByTime(5000);
    expect(queries(reported)).toEqual([1, 2]);
  });

  test('also what is pushed while the page goes away', async () => {
    const reported = await start([]);
    page.dataLayer?.push(nth(1));
    window.dispatchEvent(new Event('pagehide'));
    page.dataLayer?.push(nth(2));
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    expect(queries(reported)).toEqual([1, 2]);
  });

  test('under the name the shop gives it', async () => {
    page.gtmLayer = [nth(1)];
    expect(await start([nth(2)], { dataLayer: 'gtmLayer' })).toEqual([['Products Searched', { query: '1' }]]);
  });
});

describe('a data layer of any size leaves the page its turn', () => {
  /** Reading one takes a millisecond: the clock says so. */
  const slow = (search_term: number) => ({
    get event() {
      vi.setSystemTime(Date.now() + 1);
      return 'search';
    },
    search_term,
  });

  test('it is read in slices of a few milliseconds, to the end', async () => {
    const reported = await start(Array.from({ length: 100 }, (_, index) => slow(index)));
    const counts = [reported.length];
    while (reported.length < 100) {
      vi.advanceTimersToNextTimer();
      counts.push(reported.length - counts.reduce((sum, count) => sum + count, 0));
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(8);
    expect(reported.map(([, { query }]) => Number(query))).toEqual(upToHundred);
  });
  const upToHundred = Array.from({ length: 100 }, (_, index) => index);

  test('what Tag Manager drops meanwhile is not lost', async () => {
    const reported = await start(Array.from({ length: 100 }, (_, index) => slow(index)));
    page.dataLayer?.splice(0, 90);
    vi.advanceTimersByTime(5000);
    expect(reported).toHaveLength(100);
  });

  test('many items of one entry are told in slices, too', async () => {
    const items = Array.from({ length: 50 }, (_, index) => ({ item_id: index }));
    const reported: unknown[] = [];
    vi.resetModules();
    page.dataLayer = [pushed('add_to_cart', { items })];
    const report = () => {
      vi.setSystemTime(Date.now() + 4);
      reported.push(1);
    };
    await openPlugins({}, report);
    expect(reported.length).toBeLessThanOrEqual(2);
    vi.advanceTimersByTime(5000);
    expect(reported).toHaveLength(50);
  });

  test('and is read to the end at once when the page goes away', async () => {
    const reported = await start(Array.from({ length: 100 }, (_, index) => slow(index)));
    window.dispatchEvent(new Event('pagehide'));
    expect(reported).toHaveLength(100);
  });
});

test('without the snippet nothing happens', async () => {
  vi.resetModules();
  page.dataLayer = [pushed('search', { search_term: 'tea' })];
  await expect(import('../../client/snippet/data-layer.ts')).resolves.toBeDefined();
  await expect(import('../../client/snippet/ecommerce.ts')).resolves.toBeDefined();
});
