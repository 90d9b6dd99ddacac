// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  emptyBrowser,
  forgetPageAfterEachTest,
  loadPlugins,
  openBuiltPage,
  recordedEvents,
} from '../support/built-page.ts';
import { flushPromises } from '../support/pixel.ts';
import { hidePage, waiting } from '../support/snippet.ts';

vi.spyOn(console, 'log').mockImplementation(() => {});
vi.spyOn(console, 'warn').mockImplementation(() => {});
forgetPageAfterEachTest();

/** Each source has a price and a currency of its own, by which its report is known. */
const PRICES = {
  api: [11, 'USD'],
  bus: [22, 'TWD'],
  cart: [33, 'HKD'],
  layer: [44, 'MYR'],
  markup: [55, 'SGD'],
  jsonLd: [66, 'EUR'],
} as const;
type Source = keyof typeof PRICES;
const IDS = { product_id: '160', variant_id: '180' };

let emitBus: Record<string, (payload: object) => void>;

/** How each source reports that the product was viewed, added, or a checkout or order of it. */
const REPORTS: Record<string, Partial<Record<Source, () => unknown>>> = {
  'Product Viewed': {
    bus: () => bus('ViewContent'),
    layer: () => push('view_item'),
    markup: () => mark('Product Viewed'),
    jsonLd: () => {
      const [price, priceCurrency] = PRICES.jsonLd;
      const script = Object.assign(document.createElement('script'), {
        type: 'application/ld+json',
        textContent: JSON.stringify({
          '@type': 'Product',
          productID: '160',
          name: 'Tea',
          offers: { '@type': 'Offer', price, priceCurrency },
        }),
      });
      document.body.append(script);
    },
    api: () => call('Product Viewed'),
  },
  'Product Added': {
    bus: () => bus('AddToCart'),
    cart: async () => {
      await fetch('/cart/add', { method: 'POST', body: JSON.stringify({ id: '180', quantity: 1 }) });
      loadPlugins();
    },
    layer: () => push('add_to_cart'),
    markup: () => mark('Product Added'),
    api: () => call('Product Added'),
  },
  'Checkout Started': {
    bus: () => bus('InitiateCheckout'),
    layer: () => push('begin_checkout'),
    markup: () => mark('Checkout Started'),
    api: () => call('Checkout Started'),
  },
  'Order Completed': {
    bus: () => bus('Purchase'),
    layer: () => push('purchase'),
    markup: () => mark('Order Completed'),
    api: () => call('Order Completed'),
  },
};

const bus = (name: string) => {
  const [price, currency] = PRICES.bus;
  const line = { product_id: '160', variant_id: '180', price, currency, quantity: 1 };
  emitBus[`DataReport::${name}`]?.({
    data: { ...line, order_id: 'A-1', value: price, currency, items: [line] },
  });
};
const push = (event: string) => {
  const [price, currency] = PRICES.layer;
  (window as unknown as { dataLayer: object[] }).dataLayer.push({
    event,
    ecommerce: {
      currency,
      value: price,
      transaction_id: 'A-1',
      items: [{ item_id: '160', price, quantity: 1 }],
    },
  });
};
const mark = (event: string) => {
  const [price, currency] = PRICES.markup;
  const button = document.createElement('button');
  const values = {
    event,
    'product-id': '160',
    'order-id': 'A-1',
    price,
    value: price,
    currency,
    quantity: 1,
  };
  for (const [name, value] of Object.entries(values)) button.setAttribute(`data-sb-${name}`, `${value}`);
  document.body.append(button);
  button.click();
  button.remove();
};
const call = (event: string) => {
  const [price, currency] = PRICES.api;
  window.storebeacon?.track(event, { ...IDS, order_id: 'A-1', price, value: price, currency });
};

const settle = async (ms: number) => {
  for (let past = 0; past < ms; past += 100) {
    await flushPromises();
    vi.advanceTimersByTime(100);
    loadPlugins();
  }
  await flushPromises();
};

/** The sources of the events that were sent, by what they contain. */
const sent = (event: string) =>
  recordedEvents()
    .filter(([name]) => name === event)
    .map(
      ([, { price, value, currency }]) =>
        Object.entries(PRICES).find(
          ([, [own, code]]) => own === (price ?? value) && code === currency,
        )?.[0] ?? `${price ?? value} ${currency}`,
    );
const panel = () => {
  const root = document.querySelector('storebeacon-debug')?.shadowRoot;
  return [...(root?.querySelectorAll('tr') ?? [])].map((row) => row.textContent).join('\n');
};

const open = async (
  isShopline: boolean,
  settings: Record<string, string> = { 'data-layer': 'dataLayer' },
) => {
  emptyBrowser();
  document.querySelector('storebeacon-debug')?.remove();
  document.body.innerHTML = '<i data-sb-event="Never"></i>';
  emitBus = {};
  const [price, currency] = PRICES.cart;
  const line = { ...IDS, id: '180', price, quantity: 1 };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ currency, ...line })));
  vi.stubGlobal('dataLayer', []);
  if (isShopline)
    vi.stubGlobal('Shopline', {
      event: {
        on: (name: string, callback: (payload: object) => void) => {
          emitBus[name] = callback;
        },
      },
    });
  await openBuiltPage({ consent: 'granted', debug: '', ...settings });
  await settle(1_500);
};

const RANKS: Source[] = ['api', 'bus', 'cart', 'layer', 'markup', 'jsonLd'];
const ROWS = Object.entries(REPORTS).flatMap(([event, reports]) =>
  RANKS.filter((source) => reports[source]).flatMap((better, index, sources) =>
    sources.slice(index + 1).map((other) => ({ event, better, other })),
  ),
);

/** A call of the shop's own is always sent; these reports are made at once, so they may be first. */
const isAtOnce = (source: Source, isShopline: boolean) =>
  source === 'bus' || (source === 'layer' && !isShopline);

describe.each([
  { page: 'on SHOPLINE', isShopline: true, sources: RANKS },
  { page: 'elsewhere', isShopline: false, sources: ['api', 'layer', 'markup', 'jsonLd'] },
])('$page, of two sources that disagree the better-known is sent, and the panel shows both', (page) => {
  const { isShopline, sources } = page;
  beforeEach(() => open(isShopline));
  const rows = ROWS.filter(({ better, other }) => sources.includes(better) && sources.includes(other));
  const ordered = rows.flatMap((row) => [
    { ...row, first: row.better, second: row.other },
    ...(row.better === 'api' && isAtOnce(row.other, isShopline)
      ? []
      : [{ ...row, first: row.other, second: row.better }]),
  ]);
  test.for(ordered.flatMap((row) => [800].map((ms) => ({ ...row, ms }))))(
    '$event: $first, and $second $ms ms later',
    async ({ event, better, other, first, second, ms }) => {
      await REPORTS[event]?.[first]?.();
      await settle(ms);
      await REPORTS[event]?.[second]?.();
      await settle(8_000);
      expect(sent(event)).toEqual([better]);
      const [ours, others] = [PRICES[better][1], PRICES[other][1]];
      expect(panel()).toMatch(RegExp(`currency: ${ours} by .*, ${others} by`));
    },
  );

  test('a page that is left at once sends one of each, the better-known, in the time of its report', async () => {
    const at = new Date().toISOString();
    for (const event of ['Product Viewed', 'Product Added']) {
      REPORTS[event]?.markup?.();
      REPORTS[event]?.layer?.();
    }
    vi.advanceTimersByTime(50);
    hidePage();
    expect([sent('Product Viewed'), sent('Product Added')]).toEqual([['layer'], ['layer']]);
    expect(waiting().filter(({ event }) => event === 'Product Added')).toMatchObject([{ timestamp: at }]);
  });

  test('two products that markup adds are two, where a better source reports one of them', async () => {
    for (const id of ['160', '161']) {
      document.body.innerHTML = `<b data-sb-event="Product Added" data-sb-product_id="${id}" data-sb-price="9"></b>`;
      document.querySelector('b')?.click();
      if (id === '160') push('add_to_cart');
      await settle(200);
    }
    await settle(8_000);
    const ids = recordedEvents().flatMap(([event, { product_id }]) =>
      event === 'Product Added' ? [product_id] : [],
    );
    expect(ids).toEqual(['160', '161']);
  });
});

describe('on SHOPLINE without a data layer', () => {
  test.each(['Product Viewed', 'Product Added'])('markup of a %s waits for the bus', async (event) => {
    await open(true, {});
    for (const source of ['markup', 'bus'] as const) {
      REPORTS[event]?.[source]?.();
      await settle(800);
    }
    await settle(8_000);
    expect(sent(event)).toEqual(['bus']);
  });

  test('markup is read where nothing better reports, also what was clicked before its file arrived', async () => {
    await open(true, {});
    mark('Product Added');
    await settle(8_000);
    expect(sent('Product Added')).toEqual(['markup']);
  });

  test('markup is not read where the tag leaves it out', async () => {
    await open(true, { captures: 'shopline', 'data-layer': 'dataLayer' });
    mark('Product Added');
    await settle(8_000);
    expect(sent('Product Added')).toEqual([]);
  });
});
