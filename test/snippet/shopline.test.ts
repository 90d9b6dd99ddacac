// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { capturing, freshBrowser, type Reported } from '../support/snippet.ts';

/** The bus as a theme has it. `emit` is what only the theme may do. */
function createBus() {
  const listeners: Record<string, ((payload: unknown) => void)[]> = {};
  const caches: Record<string, unknown[][]> = {};
  return {
    _caches: caches,
    on: (name: string, listener: (payload: unknown) => void) => {
      listeners[name] = [...(listeners[name] ?? []), listener];
    },
    emit: vi.fn((name: string, payload: unknown) => {
      caches[name] = [...(caches[name] ?? []), [payload]];
      for (const listener of listeners[name] ?? []) listener(payload);
    }),
  };
}
type Bus = ReturnType<typeof createBus>;

/** SHOPLINE's file on a page that has this bus, or none yet. */
async function capture(bus: Bus | undefined): Promise<Reported[]> {
  vi.stubGlobal('Shopline', bus ? { event: bus } : {});
  const { reported } = await capturing(() => import('../../client/snippet/shopline.ts'));
  return reported;
}
beforeEach(() => {
  freshBrowser();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const LINE = {
  content_spu_id: 'spu-1',
  content_sku_id: 'sku-1',
  content_name: 'Oolong',
  content_category: 'Tea',
  price: 480,
  quantity: 2,
};
const ORDER = { currency: 'TWD', contents: [LINE] };

test.each([
  {
    said: 'ViewContent',
    data: { ...LINE, content_name: undefined, title: 'Oolong', currency: 'TWD', value: 480, quantity: 1 },
    event: 'Product Viewed',
    properties: {
      product_id: 'spu-1',
      variant_id: 'sku-1',
      name: 'Oolong',
      category: 'Tea',
      price: 480,
      value: 480,
      currency: 'TWD',
    },
  },
  {
    said: 'AddToCart, whose value is that of one unit',
    name: 'AddToCart',
    data: { ...LINE, currency: 'TWD', value: 480 },
    event: 'Product Added',
    properties: { product_id: 'spu-1', variant_id: 'sku-1', price: 480, quantity: 2, value: 960 },
  },
  {
    said: 'InitiateCheckout',
    data: { ...ORDER, value: 960 },
    event: 'Checkout Started',
    properties: {
      value: 960,
      currency: 'TWD',
      products: [{ product_id: 'spu-1', variant_id: 'sku-1', price: 480, quantity: 2 }],
    },
  },
  {
    said: 'CompleteOrder at checkout',
    name: 'CompleteOrder',
    data: { ...ORDER, value: 960 },
    event: 'Payment Info Entered',
    properties: { value: 960 },
  },
  {
    said: 'CompleteOrder on the thank-you page',
    name: 'CompleteOrder',
    path: '/trade/thank_you?mainOrderSeq=21000000000000000001',
    data: { ...ORDER, value: 960 },
    event: 'Order Completed',
    properties: { order_id: '21000000000000000001', total: 960 },
  },
  {
    said: 'Purchase with everything',
    name: 'Purchase',
    path: '/trade/thank_you?mainOrderSeq=2',
    data: {
      ...ORDER,
      order_id: '1',
      order_number: 'DL1',
      totalPrice: 960,
      email: 'a@b.example',
      phone: '0912',
    },
    event: 'Order Completed',
    properties: {
      order_id: '1',
      order_number: 'DL1',
      total: 960,
      value: 960,
      email: 'a@b.example',
      phone: '0912',
      products: [{ variant_id: 'sku-1' }],
    },
  },
  {
    said: 'Purchase without lines or id',
    name: 'Purchase',
    path: '/trade/thank_you?mainOrderSeq=2',
    data: { totalPrice: 960, currency: 'TWD' },
    event: 'Order Completed',
    properties: { order_id: '2', total: 960, products: [] },
  },
])('the bus says $said', async ({ said, name = said, path = '/', data, event, properties }) => {
  history.replaceState(null, '', path);
  const bus = createBus();
  const reported = await capture(bus);
  bus.emit(`DataReport::${name}`, { data });
  // The thank-you page's address has told of an order already.
  expect(reported.at(-1)).toMatchObject([event, properties]);
});

test('lines that name no variant know nothing of each other', async () => {
  const bus = createBus();
  const reported = await capture(bus);
  const contents = [
    { content_spu_id: 'spu-1', content_name: 'Oolong', price: 480, quantity: 2 },
    { content_spu_id: 'spu-2', quantity: 1 },
  ];
  bus.emit('DataReport::InitiateCheckout', { data: { contents, currency: 'TWD', value: 960 } });
  const [, { products }] = reported.at(-1) as Reported;
  expect(products).toMatchObject([
    { product_id: 'spu-1', name: 'Oolong', price: 480 },
    { product_id: 'spu-2' },
  ]);
  expect(Object.keys((products as object[])[1] as object)).not.toContain('name');
});

test('what was said before we came is heard, each of it, and an early theme’s bare payload is understood', async () => {
  const bus = createBus();
  bus.emit('DataReport::AddToCart', { data: LINE });
  bus.emit('DataReport::AddToCart', { ...LINE, content_spu_id: 'spu-2' });
  expect((await capture(bus)).map(([, { product_id }]) => product_id)).toEqual(['spu-1', 'spu-2']);
});

test('a bus that comes late is found; we listen once and never speak', async () => {
  const reported = await capture(undefined);
  vi.advanceTimersByTime(5000);
  const bus = createBus();
  vi.stubGlobal('Shopline', { event: bus });
  vi.advanceTimersByTime(2000);
  bus.emit('DataReport::AddToCart', { data: LINE });
  expect(reported).toHaveLength(1);
  expect(bus.emit).toHaveBeenCalledTimes(1);
});

test.each([null, {}, { data: null }, 'text', undefined])(
  'nonsense on the bus (%j) does not throw into the theme',
  async (payload) => {
    const bus = createBus();
    await capture(bus);
    expect(() => bus.emit('DataReport::Purchase', payload)).not.toThrow();
  },
);
