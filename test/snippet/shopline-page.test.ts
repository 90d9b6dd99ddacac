// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contentIdOf } from '../../shared/content-ids.ts';
import { flushPromises } from '../support/pixel.ts';
import { answerNothing, freshBrowser, hidePage, leavePage, onPage, waiting } from '../support/snippet.ts';

/** SHOPLINE's ids, and the merchant's. */
const SPU = '16062938070772167548642145';
const SMALL = '18062938070772167548642151';
const LARGE = '18062938070772167548642168';
const CART_TOKEN = 't-1';

type Listener = (payload: unknown) => void;
let listeners: Record<string, Listener[]>;
const on = (name: string, listener: Listener) => {
  listeners[name] = [...(listeners[name] ?? []), listener];
};
const emit = (name: string, payload: unknown) => {
  for (const listener of listeners[name] ?? []) listener(payload);
};
const report = (name: string, data: object) => emit(`DataReport::${name}`, { data });
const dispatch = (name: string, detail: object) => emit(name, { detail });

let answers: Record<string, unknown>;
const ask = async (path: string, body?: object) => {
  await fetch(path, body && { method: 'POST', body: JSON.stringify(body) });
  await flushPromises();
};

interface Page {
  jsonLd?: object;
  state?: object;
  theme?: boolean;
  path?: string;
  consent?: string;
}
/** A page of a shop whose books are in TWD. */
async function open({ jsonLd, state, theme, path = '/products/oolong', consent = 'granted' }: Page = {}) {
  leavePage(path);
  listeners = {};
  vi.stubGlobal('Shopline', { currency: 'TWD', event: { on } });
  vi.stubGlobal('__PRELOAD_STATE__', state);
  vi.stubGlobal('themeEventCenter', theme ? { addListener: on } : undefined);
  if (jsonLd) {
    const script = document.createElement('script');
    script.type = 'application/ld+json';
    script.textContent = JSON.stringify(jsonLd);
    document.head.append(script);
  }
  await onPage({ captures: 'json-ld', consent }, async () => {
    await import('../../client/snippet/index.ts');
    vi.advanceTimersByTime(1);
    await import('../../client/snippet/json-ld.ts');
    await import('../../client/snippet/repair.ts');
    await import('../../client/snippet/shopline.ts');
  });
  vi.advanceTimersByTime(500);
}
const events = (name: string) =>
  waiting()
    .filter(({ event }) => event === name)
    .map(({ properties }) => properties);
/** Until every deferred report is decided. */
const settle = async (ms = 3_000) => {
  await flushPromises();
  vi.advanceTimersByTime(ms);
};

beforeEach(() => {
  freshBrowser('/');
  sessionStorage.clear();
  vi.useFakeTimers({ now: Date.parse('2026-11-27T08:00:00Z') });
  answerNothing();
  answers = {};
  vi.stubGlobal('fetch', async (path: string) => new Response(JSON.stringify(answers[path] ?? {})));
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
  document.cookie = `t_cart=${CART_TOKEN}; Path=/`;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** OS 2.0: the first variant's price. */
const LD_20 = {
  '@type': 'Product',
  name: 'Oolong',
  productID: SPU,
  sku: SMALL,
  offers: { '@type': 'Offer', price: '10.00', priceCurrency: 'USD', url: '/products/oolong' },
};
/** OS 3.0: the merchant's SKUs; variants in addresses. */
const LD_30 = {
  '@type': 'Product',
  name: 'Oolong',
  sku: 'TEA-150',
  url: 'https://shop.example/products/oolong',
  offers: [
    {
      '@type': 'Offer',
      sku: 'TEA-150',
      price: '12.5',
      priceCurrency: 'USD',
      url: `https://shop.example/products/oolong?sku=${SMALL}`,
    },
    {
      '@type': 'Offer',
      sku: 'TEA-300',
      price: '22.75',
      priceCurrency: 'USD',
      url: `https://shop.example/products/oolong?sku=${LARGE}`,
    },
  ],
};

describe('prices', () => {
  test.each([500, 1000, 990, 9.9])(
    'of the bus (%d) are what they are, whatever the page’s data says',
    async (price) => {
      await open({ jsonLd: LD_20 });
      const fact = { content_spu_id: SPU, content_sku_id: LARGE, currency: 'USD', price, value: price };
      report('ViewContent', { ...fact, quantity: 1, title: 'Oolong' });
      report('AddToCart', { ...fact, quantity: 2 });
      await settle();
      expect(events('Product Viewed')).toMatchObject([
        { variant_id: LARGE, price, value: price, currency: 'USD' },
      ]);
      expect(events('Product Added')).toMatchObject([{ price, value: 2 * price, quantity: 2 }]);
    },
  );

  test.each([
    { variantId: SMALL, price: 1250, right: 12.5 },
    { variantId: SMALL, price: 12.5, right: 12.5 },
    { variantId: LARGE, price: 2275, right: 22.75 },
    { variantId: LARGE, price: 22.75, right: 22.75 },
    { variantId: LARGE, price: 1999, right: 22.75 },
  ])('of a theme’s event are in the unit of the page’s data: $price', async ({ variantId, price, right }) => {
    await open({ jsonLd: LD_30, theme: true });
    const detail = {
      productId: SPU,
      variantId,
      productHandle: 'oolong',
      quantity: 1,
      price,
      currency: 'TWD',
    };
    dispatch('product:viewed', detail);
    dispatch('variant:added', { ...detail, quantity: 2, price: price * 2 });
    await settle();
    const product = { product_id: SPU, variant_id: variantId, name: 'Oolong', price: right, currency: 'USD' };
    expect(events('Product Viewed')).toMatchObject([{ ...product, value: right }]);
    expect(events('Product Added')).toMatchObject([{ ...product, quantity: 2, value: 2 * right }]);
  });

  test('of a theme’s event are known by its handle alone', async () => {
    const [{ url: _url, sku: _sku, ...offer }] = LD_30.offers as unknown as [Record<string, string>];
    await open({ jsonLd: { ...LD_30, offers: offer }, theme: true });
    dispatch('product:viewed', {
      productId: SPU,
      variantId: SMALL,
      productHandle: 'oolong',
      price: 1250,
      quantity: 1,
    });
    await settle();
    expect(events('Product Viewed')).toMatchObject([{ name: 'Oolong', price: 12.5, currency: 'USD' }]);
  });

  test('of another product on the page are left out', async () => {
    await open({ jsonLd: LD_30, theme: true });
    dispatch('variant:added', {
      productId: '1',
      variantId: '2',
      productHandle: 'cup',
      price: 1250,
      quantity: 1,
    });
    await settle();
    expect(events('Product Added')).toMatchObject([{ product_id: '1', variant_id: '2' }]);
    expect(events('Product Added')[0]).not.toHaveProperty('price');
  });

  test('of the cart are in the page’s currency, not the store’s', async () => {
    await open({ jsonLd: LD_30 });
    answers['/cart/add'] = { id: LARGE, product_id: SPU, price: 22.75, quantity: 1, product_title: 'Oolong' };
    await ask('/cart/add', { id: LARGE, quantity: 1 });
    await settle();
    expect(events('Product Added')).toMatchObject([{ variant_id: LARGE, price: 22.75, currency: 'USD' }]);
  });

  test('of the cart in another currency give way to the page’s, with its currency', async () => {
    await open({ jsonLd: LD_30 });
    answers['/cart/add'] = { id: LARGE, product_id: SPU, price: 728, quantity: 1, product_title: 'Oolong' };
    await ask('/cart/add', { id: LARGE, quantity: 1 });
    await settle();
    expect(events('Product Added')).toMatchObject([{ price: 22.75, value: 22.75, currency: 'USD' }]);
  });

  test('of the cart, added from a list, are in the currency of the list', async () => {
    const entry = (productID: string, price: string) => ({
      '@type': 'ListItem',
      item: {
        '@type': 'Product',
        productID,
        name: 'Oolong',
        offers: { '@type': 'Offer', price, priceCurrency: 'USD' },
      },
    });
    await open({
      jsonLd: { '@type': 'ItemList', itemListElement: [entry(SPU, '12.50'), entry('161', '36.00')] },
      path: '/collections/tea',
    });
    answers['/cart/add'] = { id: SMALL, product_id: SPU, price: 12.5, quantity: 1 };
    await ask('/cart/add', { id: SMALL, quantity: 1 });
    await settle();
    expect(events('Product Added')).toMatchObject([{ product_id: SPU, price: 12.5, currency: 'USD' }]);
  });

  test('with a currency of their own keep it', async () => {
    await open({ jsonLd: LD_30 });
    answers['/cart/add'] = { id: LARGE, price: 728, currency: 'TWD', quantity: 1 };
    await ask('/cart/add', { id: LARGE, quantity: 1 });
    await settle();
    expect(events('Product Added')).toMatchObject([{ price: 728, currency: 'TWD' }]);
  });
});

describe('one product has the same ids', () => {
  test.each([
    { name: 'by the bus', isLate: false },
    { name: 'by the page’s data', isLate: true },
  ])('$name', async ({ isLate }) => {
    await open({ jsonLd: LD_20 });
    if (isLate) await settle();
    report('ViewContent', {
      content_spu_id: SPU,
      content_sku_id: SMALL,
      currency: 'USD',
      price: 10,
      value: 10,
    });
    await settle();
    const [view] = events('Product Viewed');
    expect(view).toMatchObject({ product_id: SPU });
    expect(contentIdOf(view, 'variant_id')?.id).toBe(SMALL);
  });

  test('by the page’s data with the merchant’s SKU, from the address of its offer', async () => {
    await open({ jsonLd: LD_30 });
    await settle();
    expect(events('Product Viewed')).toMatchObject([{ variant_id: SMALL, sku: 'TEA-150' }]);
  });

  test('and a merchant’s SKU alone is none of them', async () => {
    await open({ jsonLd: { ...LD_20, sku: '4006381333931' } });
    await settle();
    expect(events('Product Viewed')[0]).toMatchObject({ sku: '4006381333931' });
    expect(events('Product Viewed')[0]).not.toHaveProperty('variant_id');
  });
});

test('names are decoded, whoever reports them', async () => {
  await open({});
  const fact = { content_spu_id: SPU, content_sku_id: SMALL, currency: 'USD', price: 10 };
  report('AddToCart', { ...fact, quantity: 1, content_name: 'Tom &amp; Jerry&#x27;s Oolong, R&D;' });
  await settle();
  expect(events('Product Added')).toMatchObject([{ name: "Tom & Jerry's Oolong, R&D;" }]);
});

describe('one addition by the cart and the bus', () => {
  const added = {
    content_spu_id: SPU,
    content_sku_id: SMALL,
    currency: 'USD',
    price: 10,
    value: 10,
    quantity: 1,
  };
  const add = () => ask('/cart/add', { id: SMALL, quantity: 1 });
  beforeEach(async () => {
    await open({ jsonLd: LD_20 });
    answers['/cart/add'] = { id: SMALL, price: 10, quantity: 1 };
  });

  test.each([500, 2_500, 4_000, 8_000])('the bus %d ms later', async (ms) => {
    await add();
    await settle(ms);
    report('AddToCart', added);
    await settle(12_000);
    expect(events('Product Added')).toHaveLength(1);
  });

  test('the cart 5 s later', async () => {
    report('AddToCart', added);
    vi.advanceTimersByTime(5_000);
    await add();
    await settle(12_000);
    expect(events('Product Added')).toHaveLength(1);
  });

  test('twice, each with its bus', async () => {
    for (let time = 0; time < 2; time++) {
      await add();
      await settle(4_000);
      report('AddToCart', added);
      await settle(2_000);
    }
    expect(events('Product Added')).toHaveLength(2);
  });

  test('of another quantity is another', async () => {
    await add();
    await settle(4_000);
    report('AddToCart', { ...added, quantity: 2 });
    await settle(4_000);
    expect(events('Product Added')).toHaveLength(2);
  });
});

describe('an order', () => {
  const path = '/trade/thank_you?mainOrderSeq=21062938070772167548649901';
  const poor = { currency: 'USD', value: 25, contents: [{ content_spu_id: SPU, quantity: 2 }] };
  const rich = {
    currency: 'USD',
    totalPrice: 25,
    order_id: '21062938070772167548649901',
    contents: [
      { content_spu_id: SPU, content_sku_id: SMALL, content_name: 'Oolong', price: 12.5, quantity: 2 },
    ],
  };

  test('of which all is reported at once has all of it', async () => {
    await open({ path });
    report('CompleteOrder', poor);
    report('Purchase', rich);
    await settle();
    expect(events('Order Completed')).toMatchObject([
      { total: 25, products: [{ variant_id: SMALL, price: 12.5 }] },
    ]);
  });

  test.each([() => settle(), () => hidePage()])(
    'of which little is reported has that, and its address',
    async (wait) => {
      await open({ path });
      report('CompleteOrder', poor);
      await wait();
      expect(events('Order Completed')).toMatchObject([
        { order_id: rich.order_id, total: 25, currency: 'USD', products: [{ product_id: SPU, quantity: 2 }] },
      ]);
    },
  );
});

describe('a checkout that shows no lines', () => {
  const CHECKOUT = '/1658921299465/checkouts/0d9a3b7e5c1f48a2';
  const cart = {
    currency: 'USD',
    total_price: 22,
    item_count: 2,
    items: [{ id: SMALL, product_id: SPU, product_title: 'Oolong', price: 12.5, quantity: 2 }],
  };
  const seeCart = async (consent?: string) => {
    await open({ path: '/cart', ...(consent && { consent }) });
    answers['/cart/change'] = cart;
    await ask('/cart/change', { id: SMALL, quantity: 2 });
    await settle();
    // Cookies of the visitor exist since a message was queued; the cart is seen again.
    await ask('/cart/change', { id: SMALL, quantity: 2 });
    await settle();
  };
  const LINES = {
    currency: 'USD',
    value: 22,
    products: [{ variant_id: SMALL, price: 12.5, quantity: 2, value: 25 }],
  };

  test('has those of the cart last seen, by its address', async () => {
    await seeCart();
    await open({ path: CHECKOUT });
    await settle();
    expect(events('Checkout Started')).toMatchObject([LINES]);
  });

  test('has those of the cart last seen, by the bus', async () => {
    await seeCart();
    await open({ path: CHECKOUT });
    report('InitiateCheckout', {});
    await settle();
    expect(events('Checkout Started')).toMatchObject([LINES]);
  });

  test.each([
    { when: 'no cart was seen', see: async () => {}, path: CHECKOUT },
    { when: 'it is bought at once', see: seeCart, path: `${CHECKOUT}?buyScence=detail` },
  ])('claims nothing where $when', async ({ see, path }) => {
    await see();
    await open({ path });
    report('InitiateCheckout', {});
    await settle();
    const [checkout] = events('Checkout Started');
    expect(Object.keys(checkout).sort()).toEqual(['cart_id', 'checkout_id']);
  });

  test('keeps nothing of a visitor who denied it', async () => {
    await seeCart();
    expect(Object.keys(sessionStorage)).toHaveLength(1);
    window.storebeacon?.consent({ advertising: false, analytics: false, marketing: false });
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  test('keeps nothing before the visitor has chosen, or after the order', async () => {
    await seeCart('denied');
    expect(Object.keys(sessionStorage)).toEqual([]);
    freshBrowser('/');
    // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
    document.cookie = `t_cart=${CART_TOKEN}; Path=/`;
    await seeCart();
    await open({ path: '/trade/thank_you?mainOrderSeq=1' });
    await settle();
    expect(Object.keys(sessionStorage)).toEqual([]);
  });
});
