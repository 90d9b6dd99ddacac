// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyBrowser, openBuiltPage, recordedEvents } from '../support/built-page.ts';

type Thing = Record<string, unknown>;
const page = window as unknown as { dataLayer?: unknown[] };
const push = (...entries: unknown[]) => page.dataLayer?.push(...entries);
/** Calls `gtag` as Google's own lines define it. */
function gtag(..._command: unknown[]) {
  // biome-ignore lint/complexity/noArguments: the data layer holds this very kind of object.
  push(arguments);
}

beforeEach(() => {
  emptyBrowser();
  page.dataLayer = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  delete page.dataLayer;
});
const open = () =>
  openBuiltPage({
    captures: 'data-attributes',
    consent: 'granted',
    'data-layer': 'dataLayer',
  });
/** The events of a page on which this is done once the snippet is there, and of one where it was done before. */
const ROUNDS = ['before the snippet', 'after it'] as const;
async function doneOn(when: (typeof ROUNDS)[number], act: () => void) {
  if (when === 'before the snippet') act();
  await open();
  if (when === 'after it') act();
  vi.advanceTimersByTime(1_000);
  return recordedEvents();
}

const CUP = { item_id: 'cup', price: 5 };
const cup = { product_id: 'cup', price: 5, value: 5 };
const added = ['Product Added', cup];

describe('an entry is read as it was pushed', () => {
  const emptied: { what: string; act: () => void }[] = [
    {
      what: 'a list of items that is emptied',
      act: () => {
        const items = [CUP];
        push({ event: 'add_to_cart', ecommerce: { items } });
        items.length = 0;
      },
    },
    {
      what: 'an array that is emptied',
      act: () => {
        push({ event: 'add_to_cart', ecommerce: { items: [CUP] } });
        if (page.dataLayer) page.dataLayer.length = 0;
      },
    },
    {
      what: 'an object that is reused',
      act: () => {
        const entry = {
          event: 'add_to_cart',
          ecommerce: { items: [{ ...CUP }] as Thing[] },
        };
        push(entry);
        Object.assign(entry.ecommerce.items[0] as Thing, {
          item_id: 'tea',
          price: 9,
        });
      },
    },
    {
      what: 'a call of gtag',
      act: () => {
        const items = [CUP];
        gtag('event', 'add_to_cart', { items });
        items.pop();
      },
    },
  ];
  test.each(emptied)('$what', async ({ act }) => {
    await open();
    act();
    vi.advanceTimersByTime(1_000);
    expect(recordedEvents()).toEqual([added]);
  });

  test('one entry that is pushed into an emptied array again and again', async () => {
    await open();
    const entry = { event: 'add_to_cart', ecommerce: { items: [CUP] } };
    for (let nth = 0; nth < 3; nth++) {
      if (page.dataLayer) page.dataLayer.length = 0;
      push(entry);
      vi.advanceTimersByTime(2_000);
    }
    expect(recordedEvents()).toEqual([added, added, added]);
  });

  const pushes: { what: string; replace: (layer: unknown[]) => void }[] = [
    {
      what: 'Tag Manager wraps',
      replace: (layer) => {
        const { push: former } = layer;
        layer.push = (...entries) => {
          const length = former.apply(layer, entries);
          while (layer.length > 300) layer.shift();
          return length;
        };
      },
    },
    {
      what: 'somebody replaces for good',
      replace: (layer) => {
        layer.push = (...entries) => {
          for (const entry of entries) layer[layer.length] = entry;
          return layer.length;
        };
      },
    },
  ];
  test.each(pushes.flatMap((row) => (['before', 'after'] as const).map((when) => ({ ...row, when }))))(
    'with a push that $what $when the snippet',
    async ({ replace, when }) => {
      if (when === 'before') replace(page.dataLayer as unknown[]);
      await open();
      if (when === 'after') replace(page.dataLayer as unknown[]);
      for (const { act } of emptied) {
        act();
        vi.advanceTimersByTime(4_000);
      }
      expect(recordedEvents()).toEqual(emptied.map(() => added));
    },
  );

  test('the page keeps its array: its push, its kind, its entries', async () => {
    const own = page.dataLayer?.push;
    await open();
    const entry = { event: 'view_cart', ecommerce: { items: [CUP] } };
    expect(push(entry)).toBe(1);
    expect(page.dataLayer).toBeInstanceOf(Array);
    expect(Array.isArray(page.dataLayer)).toBe(true);
    expect(page.dataLayer?.push).toBe(own);
    expect([page.dataLayer?.[0] === entry, Object.keys(page.dataLayer ?? {})]).toEqual([true, ['0']]);
    expect(JSON.stringify(page.dataLayer)).toBe(JSON.stringify([entry]));
  });

  test('what is pushed within one task is reported at the page it happened on', async () => {
    await open();
    push({ event: 'add_to_cart', ecommerce: { items: [CUP] } });
    history.pushState(null, '', '/cart');
    vi.advanceTimersByTime(1_000);
    const [key = ''] = Object.keys(localStorage).filter((name) => name.startsWith('_sb_q'));
    expect(JSON.parse(localStorage[key]).context.page.path).toBe('/');
  });
});

describe.each(ROUNDS)('what shops push, %s', (when) => {
  const items: { what: string; given: unknown; names: string[] }[] = [
    { what: 'a list', given: [CUP], names: ['cup'] },
    { what: 'one item', given: CUP, names: ['cup'] },
    {
      what: 'JSON text of a list',
      given: JSON.stringify([CUP]),
      names: ['cup'],
    },
    {
      what: 'JSON text of one item',
      given: JSON.stringify(CUP),
      names: ['cup'],
    },
    {
      what: 'a map by index',
      given: { 0: CUP, 2: { item_id: 'tea' } },
      names: ['cup', 'tea'],
    },
    {
      what: 'a map by id',
      given: { cup: CUP, tea: { item_id: 'tea' } },
      names: ['cup', 'tea'],
    },
    {
      what: 'JSON text of a map',
      given: JSON.stringify({ 1: CUP }),
      names: ['cup'],
    },
    { what: 'text that is no JSON', given: 'undefined', names: [] },
    { what: 'an empty map', given: {}, names: [] },
  ];
  test.each(items)('items as $what', async ({ given, names }) => {
    const reported = await doneOn(when, () =>
      push({
        event: 'purchase',
        ecommerce: { transaction_id: 'T-1', value: 5, items: given },
      }),
    );
    const [, order] = reported[0] ?? [];
    expect([order?.order_id, order?.value]).toEqual(['T-1', 5]);
    expect(((order?.products as Thing[]) ?? []).map(({ product_id }) => product_id)).toEqual(names);
  });

  const order = { order_id: 'T-1', value: 5, products: [cup] };
  const ecommerce = { transaction_id: 'T-1', value: 5, items: [CUP] };
  const models: { what: string; entries: unknown[]; want: unknown[] }[] = [
    {
      what: 'an object, then its event',
      entries: [{ ecommerce }, { event: 'purchase' }],
      want: [['Order Completed', order]],
    },
    {
      what: 'an object in parts, other events between them',
      entries: [
        { ecommerce: { items: [CUP] } },
        { event: 'gtm.dom' },
        { ecommerce: { transaction_id: 'T-1', value: 5 } },
        { event: 'gtm.load' },
        { event: 'purchase' },
      ],
      want: [['Order Completed', order]],
    },
    {
      what: 'an object in part, then its event with the rest',
      entries: [
        { ecommerce: { items: [CUP], value: 7 } },
        { event: 'purchase', ecommerce: { transaction_id: 'T-1', value: 5 } },
      ],
      want: [['Order Completed', order]],
    },
    {
      what: 'an object as JSON text',
      entries: [{ event: 'purchase', ecommerce: JSON.stringify(ecommerce) }],
      want: [['Order Completed', order]],
    },
    {
      what: 'an object that was cleared before the event',
      entries: [{ ecommerce }, { ecommerce: null }, { event: 'purchase' }],
      want: [],
    },
    {
      what: 'an event after one with an object of its own',
      entries: [
        {
          event: 'view_item',
          ecommerce: {
            items: [{ item_id: 'tea', price: 9 }],
            value: 9,
            coupon: 'X',
          },
        },
        {
          event: 'purchase',
          ecommerce: { transaction_id: 'T-1', value: 5, items: [CUP] },
        },
      ],
      want: [
        ['Product Viewed', { product_id: 'tea', price: 9, value: 9 }],
        ['Order Completed', order],
      ],
    },
    {
      what: 'an event with flat parameters, after the object of another',
      entries: [
        {
          event: 'view_item',
          ecommerce: { items: [{ item_id: 'tea' }], value: 9 },
        },
        { event: 'purchase', transaction_id: 'T-1', value: 5 },
      ],
      want: [
        ['Product Viewed', { product_id: 'tea' }],
        ['Order Completed', { order_id: 'T-1', value: 5 }],
      ],
    },
  ];
  test.each(models)('$what', async ({ entries, want }) => {
    expect(await doneOn(when, () => push(...entries))).toEqual(want);
  });

  test.each([
    'undefined',
    'null',
    '',
    ' ',
    '0',
    0,
    '-1',
    'NaN',
    'none',
    'N/A',
    '(not set)',
    '[object Object]',
    'true',
    '{{order_id}}',
    '%%ORDER%%',
    '__ORDER__',
    '${'.concat('order.id}'),
    null,
    undefined,
    {},
    [],
  ])('the order id %j is none: nothing is reported', async (transaction_id) => {
    const purchase = {
      event: 'purchase',
      ecommerce: { transaction_id, value: 5, items: [CUP] },
    };
    const enhanced = {
      ecommerce: {
        purchase: {
          actionField: { id: transaction_id },
          products: [{ id: 'cup' }],
        },
      },
    };
    expect(
      await doneOn(when, () => {
        push(purchase, enhanced);
        gtag('event', 'purchase', purchase.ecommerce);
      }),
    ).toEqual([]);
  });

  test('two equal lines of one push are two, in a cart and in an order', async () => {
    const reported = await doneOn(when, () => {
      push({
        event: 'add_to_cart',
        ecommerce: { items: [CUP, { ...CUP }, { ...CUP }] },
      });
      push({
        event: 'purchase',
        ecommerce: { transaction_id: 'T-1', items: [CUP, { ...CUP }] },
      });
    });
    expect(reported.map(([event]) => event)).toEqual([
      'Product Added',
      'Product Added',
      'Product Added',
      'Order Completed',
    ]);
    expect(reported[3]?.[1].products).toEqual([cup, cup]);
  });

  test('but one push that is repeated at once is one', async () => {
    const entry = {
      event: 'add_to_cart',
      ecommerce: { items: [CUP, { ...CUP }] },
    };
    expect(await doneOn(when, () => push(entry, structuredClone(entry)))).toHaveLength(2);
  });
});

describe.each(ROUNDS)('enhanced ecommerce of Universal Analytics, %s', (when) => {
  const TEA = {
    id: 'tea',
    name: 'Oolong',
    price: '480',
    brand: 'Dewleaf',
    category: 'Tea/Oolong',
    variant: '100 g',
    quantity: 2,
  };
  const tea = {
    product_id: 'tea',
    name: 'Oolong',
    price: 480,
    brand: 'Dewleaf',
    category: 'Tea/Oolong',
    variant: '100 g',
    quantity: 2,
    value: 960,
  };
  const twd = { currency: 'TWD' };
  const BANNER = {
    id: 'spring',
    name: 'Spring',
    creative: 'hills.jpg',
    position: 'top_1',
  };
  const banner = {
    promotion_id: 'spring',
    name: 'Spring',
    creative: 'hills.jpg',
    position: 'top_1',
  };
  const actions: { what: string; action: Thing; want: unknown[] }[] = [
    {
      what: 'impressions',
      action: { impressions: [{ ...TEA, list: 'Best', position: 1 }] },
      want: [
        [
          'Product List Viewed',
          {
            category: 'Best',
            products: [{ ...tea, position: 1, list_name: 'Best' }],
          },
        ],
      ],
    },
    {
      what: 'click',
      action: { click: { actionField: { list: 'Best' }, products: [TEA] } },
      want: [['Product Clicked', { ...tea, ...twd, list_name: 'Best' }]],
    },
    {
      what: 'detail',
      action: { detail: { products: [TEA] } },
      want: [['Product Viewed', { ...tea, ...twd }]],
    },
    {
      what: 'add',
      action: { add: { products: [TEA] } },
      want: [['Product Added', { ...tea, ...twd }]],
    },
    {
      what: 'remove',
      action: { remove: { products: [TEA] } },
      want: [['Product Removed', { ...tea, ...twd }]],
    },
    {
      what: 'the first step of a checkout',
      action: { checkout: { actionField: { step: 1 }, products: [TEA] } },
      want: [['Checkout Started', { ...twd, step: 1, products: [tea] }]],
    },
    {
      what: 'a later one',
      action: {
        checkout: {
          actionField: { step: 2, option: 'Visa' },
          products: [TEA],
        },
      },
      want: [['Checkout Step Viewed', { ...twd, step: 2, products: [tea] }]],
    },
    {
      what: 'purchase',
      action: {
        purchase: {
          actionField: {
            id: 'T-1',
            affiliation: 'Web',
            revenue: '960.00',
            tax: '45.7',
            shipping: '60',
            coupon: 'TEN',
          },
          products: [TEA],
        },
      },
      want: [
        [
          'Order Completed',
          {
            ...twd,
            order_id: 'T-1',
            affiliation: 'Web',
            revenue: 960,
            tax: 45.7,
            shipping: 60,
            coupon: 'TEN',
            products: [tea],
          },
        ],
      ],
    },
    {
      what: 'the refund of a whole order',
      action: { refund: { actionField: { id: 'T-1' } } },
      want: [['Order Refunded', { ...twd, order_id: 'T-1' }]],
    },
    {
      what: 'promotions',
      action: {
        promoView: { promotions: [BANNER, { ...BANNER, id: 'tea' }] },
      },
      want: [
        ['Promotion Viewed', banner],
        ['Promotion Viewed', { ...banner, promotion_id: 'tea' }],
      ],
    },
    {
      what: 'the click on one',
      action: { promoClick: { promotions: [BANNER] } },
      want: [['Promotion Clicked', banner]],
    },
  ];
  test.each(actions)('$what', async ({ action, want }) => {
    const ecommerce = { currencyCode: 'TWD', ...action };
    expect(await doneOn(when, () => push({ event: 'ee', ecommerce }))).toEqual(want);
  });

  test.each(actions)('$what without an event, or with its currency before', async ({ action, want }) => {
    expect(
      await doneOn(when, () => push({ ecommerce: { currencyCode: 'TWD' } }, { ecommerce: action })),
    ).toEqual(want);
  });

  test('what a shop pushes in both terms is one action, in those of GA4', async () => {
    const both = {
      event: 'purchase',
      ecommerce: {
        transaction_id: 'T-1',
        value: 5,
        items: [CUP],
        currencyCode: 'TWD',
        purchase: {
          actionField: { id: 'T-1', revenue: 5 },
          products: [{ id: 'cup', price: 5 }],
        },
      },
    };
    const reported = await doneOn(when, () =>
      push(
        both,
        { event: 'add_to_cart', ecommerce: { items: [CUP] } },
        {
          event: 'addToCart',
          ecommerce: {
            currencyCode: 'TWD',
            add: { products: [{ id: 'cup', price: 5 }] },
          },
        },
      ),
    );
    expect(reported).toEqual([['Order Completed', { order_id: 'T-1', value: 5, products: [cup] }], added]);
  });

  test('with an event of GA4’s name it is one action, too', async () => {
    const ecommerce = { currencyCode: 'TWD', checkout: { products: [TEA] } };
    expect(
      await doneOn(when, () => push({ event: 'begin_checkout', ecommerce }, { event: 'purchase' })),
    ).toEqual([['Checkout Started', { ...twd, products: [tea] }]]);
  });
});
