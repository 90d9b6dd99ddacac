// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Message, Notice } from '../../client/snippet/api.ts';
import { exampleEvent } from '../../server/destinations/example-event.ts';
import { tiktok } from '../../server/destinations/tiktok/index.ts';
import type { Payload } from '../../server/destinations/tiktok/payload.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

const track = vi.fn();
const put = (value: unknown) => vi.stubGlobal('ttq', value);
const message = (event: string, properties = {}): Message => ({
  type: 'track',
  event,
  properties,
  messageId: 'm-1',
});

const YES = { advertising: true, analytics: true, marketing: true };
const noticeOf = (message: Message, consent = YES): Notice => ['message', 'api', message, consent];

/** The answer to a request with this message, which carries what the snippet adds under consent to advertising. */
const answerTo = (message: Message, status: number, answer: object, consent = YES): Notice => {
  const tiktok = consent.advertising ? { pixel: 'mirror' } : undefined;
  const batch = [{ ...message, context: { tiktok, consent: { categoryPreferences: consent } } }];
  return ['answer', status, JSON.stringify(answer), JSON.stringify({ batch, writeKey: 'k' })];
};
const ACCEPTED = { success: true, rejected: [], accepted: 1, duplicates: 0 };

/** The pixel's plugin on a page that has heard these notices already; tells it of one more, and that it was accepted. */
async function load(before: Notice[] = [], options = {}) {
  let emit = (..._notice: Notice) => {};
  window.storebeacon = {
    options,
    listen(listener: typeof emit) {
      for (const notice of before) listener(...notice);
      emit = listener;
    },
  } as never;
  vi.resetModules();
  await import('../../client/snippet/pixel-tiktok.ts');
  const push = (sent: Message, consent = YES) => {
    emit('consent', consent);
    emit(...noticeOf(sent, consent));
    emit(...answerTo(sent, 200, ACCEPTED, consent));
  };
  return Object.assign(push, { emit: (...notice: Notice) => emit(...notice) });
}
const calledWith = () => track.mock.calls.map(([name, , { event_id }]) => `${name} ${event_id}`);
beforeEach(() => {
  track.mockReset();
  put({ track });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ['Product Viewed', ['ViewContent']],
  ['Products Searched', ['Search']],
  ['Product Added', ['AddToCart']],
  ['Product Added to Wishlist', ['AddToWishlist']],
  ['Checkout Started', ['InitiateCheckout']],
  ['Payment Info Entered', ['AddPaymentInfo']],
  ['Order Completed', ['PlaceAnOrder', 'Purchase']],
  ['Size Guide Opened', []],
])('%s is %j to the pixel', async (event, names) => {
  (await load())(message(event));
  expect(track.mock.calls.map(([name]) => name)).toEqual(names);
});

test('the id is the collector’s, as the third argument; an order’s is the order’s', async () => {
  const push = await load();
  push(
    message('Product Added', {
      product_id: 'p',
      sku: 's',
      price: 480,
      quantity: 2,
      value: 960,
      currency: 'TWD',
    }),
  );
  push(
    message('Order Completed', {
      order_id: '7',
      total: 960,
      currency: 'TWD',
      products: [{ product_id: 'p' }],
    }),
  );
  expect(track.mock.calls[0]).toEqual([
    'AddToCart',
    {
      contents: [expect.objectContaining({ content_id: 'p', price: 480, quantity: 2 })],
      value: 960,
      currency: 'TWD',
      query: undefined,
    },
    { event_id: 'm-1' },
  ]);
  expect(track.mock.calls[2]).toMatchObject([
    'Purchase',
    { value: 960, contents: [{ content_id: 'p' }] },
    { event_id: 'order:7' },
  ]);
});

test('an order that is not paid is placed, but no purchase', async () => {
  (await load())(message('Order Completed', { order_id: '7', financial_status: 'pending' }));
  expect(track.mock.calls.map(([name]) => name)).toEqual(['PlaceAnOrder']);
});

const ORDER = message('Order Completed', { order_id: '7', total: 10, currency: 'TWD' });
const MIRRORED = ['PlaceAnOrder order:7', 'Purchase order:7'];

test('an order waits for the collector’s answer, everything else does not', async () => {
  const { emit } = await load([['consent', YES]]);
  emit(...noticeOf(ORDER));
  emit(...noticeOf(message('Product Added')));
  expect(calledWith()).toEqual(['AddToCart m-1']);
  emit(...answerTo(ORDER, 200, ACCEPTED));
  expect(calledWith()).toEqual(['AddToCart m-1', ...MIRRORED]);
});

test.each([
  ['that TikTok is sent under another id', 200, { ...ACCEPTED, unmatched: [ORDER.messageId] }],
  [
    'that was rejected',
    200,
    { ...ACCEPTED, rejected: [{ index: 0, messageId: ORDER.messageId, issues: [] }] },
  ],
  ['without an answer', 0, {}],
  ['while the collector is overloaded', 503, {}],
])('an order %s is kept from the pixel', async (_, status, answer) => {
  const { emit } = await load([['consent', YES]]);
  emit(...noticeOf(ORDER));
  emit(...answerTo(ORDER, status, answer));
  expect(track).not.toHaveBeenCalled();
});

test('an order of the page before reaches the pixel on the page that gets its answer', async () => {
  const { emit } = await load([['consent', YES]]);
  emit(...answerTo(ORDER, 200, { ...ACCEPTED, unmatched: ['another-order'] }));
  expect(calledWith()).toEqual(MIRRORED);
});

test.each([
  ['was queued without consent to advertising', [YES], { ...YES, advertising: false }],
  ['was queued before that consent was withdrawn', [YES, { ...YES, advertising: false }], YES],
])('an order that %s is kept from the pixel', async (_, consents, queuedUnder) => {
  const { emit } = await load(consents.map((consent): Notice => ['consent', consent]));
  emit(...answerTo(ORDER, 200, ACCEPTED, queuedUnder));
  expect(track).not.toHaveBeenCalled();
});

test.each(['PENDING', 'unpaid ', 'voided', 'on-hold', 'cancelled'])('%s is no purchase', async (status) => {
  (await load())(message('Order Completed', { order_id: '7', financial_status: status }));
  expect(track.mock.calls.map(([name]) => name)).toEqual(['PlaceAnOrder']);
});

test.each(['platform', 'server'])(
  'with orders from the %s, only a page that says paid is a purchase',
  async (orders) => {
    const push = await load([], { orders });
    push(message('Order Completed', { order_id: '7' }));
    push(message('Order Completed', { order_id: '8', financial_status: 'unknown' }));
    push(message('Order Completed', { order_id: '9', financial_status: 'Paid' }));
    expect(track.mock.calls.map(([name, , { event_id }]) => `${name} ${event_id}`)).toEqual([
      'PlaceAnOrder order:7',
      'PlaceAnOrder order:8',
      'PlaceAnOrder order:9',
      'Purchase order:9',
    ]);
  },
);

test.each([
  [{}, 'p', 'product_group'],
  [{ contentId: 'sku' }, 's', 'product'],
  [{ contentId: 'variant_id' }, 'v', 'product'],
])('with %j the content id is %s', async (options, content_id, content_type) => {
  (await load([], options))(message('Product Viewed', { product_id: 'p', variant_id: 'v', sku: 's' }));
  expect(track.mock.calls[0]?.[1].contents).toMatchObject([{ content_id, content_type, quantity: 1 }]);
});

test('on a SHOPLINE page the catalogue lists variants', async () => {
  vi.stubGlobal('Shopline', {});
  (await load())(message('Product Viewed', { product_id: 'p', variant_id: 'v', sku: 's' }));
  expect(track.mock.calls[0]?.[1].contents).toMatchObject([{ content_id: 'v' }]);
});

const asStored = (sent: Message) => exampleEvent({ ...sent, type: 'track' } as Partial<ProtectedEvent>);

const ORDERS = [
  { order_id: '#1001', total: 10.1, currency: 'TWD' },
  { order_number: '1001', total: 46, revenue: 40, currency: 'TWD' },
  { order_id: '7', total: 46 },
  { order_id: 'undefined', currency: 'USD', products: [{ product_id: 'p', price: 0.1, quantity: 3 }] },
  {
    order_id: '0',
    currency: 'USD',
    products: [
      { sku: 's', price: 10, quantity: 0.25 },
      { sku: 't', price: 1, quantity: 0 },
    ],
  },
];
test.each(ORDERS)('pixel and collector send the same of %j', async (properties) => {
  const sent = message('Order Completed', properties);
  (await load())(sent);
  const settings = tiktok.settings.parse({ pixelCode: 'P', accessToken: 't' });
  const payloads = tiktok.map(asStored(sent), settings, {}) as Payload[];
  expect(track.mock.calls.map(([name, , { event_id }]) => [name, event_id])).toEqual(
    payloads.map(({ event, event_id }) => [event, event_id]),
  );
  for (const [index, { properties: sentByServer }] of payloads.entries()) {
    const { value, currency, contents } = track.mock.calls[index]?.[1] ?? {};
    expect({ value, currency }).toEqual({ value: sentByServer?.value, currency: sentByServer?.currency });
    expect(contents).toEqual(sentByServer?.contents ?? []);
  }
});

test.each([{ checkout_id: 'c-1' }, { checkout_id: 'c-1', checkout_token: 't-1' }, {}])(
  'a checkout of %j has one id',
  async (properties) => {
    const sent = message('Checkout Started', properties);
    (await load())(sent);
    const settings = tiktok.settings.parse({ pixelCode: 'P', accessToken: 't' });
    const [payload] = tiktok.map(asStored(sent), settings, {}) as Payload[];
    expect(track.mock.calls[0]?.[2].event_id).toBe(payload?.event_id);
  },
);

test('messages wait for a pixel that is still loading', async () => {
  vi.useFakeTimers();
  put(undefined);
  const push = await load([noticeOf(message('Product Viewed'))]);
  vi.advanceTimersByTime(3000);
  push(message('Product Added'));
  put({ track });
  vi.advanceTimersByTime(1000);
  push(message('Checkout Started'));
  expect(track.mock.calls.map(([name]) => name)).toEqual(['ViewContent', 'AddToCart', 'InitiateCheckout']);
});

test('many messages wait as long as one, and those of a page without a pixel are not kept for ever', async () => {
  vi.useFakeTimers();
  put(undefined);
  const push = await load(Array.from({ length: 30 }, () => noticeOf(message('Product Viewed'))));
  vi.advanceTimersByTime(10_000);
  put({ track });
  vi.advanceTimersByTime(1000);
  expect(track).toHaveBeenCalledTimes(30);

  put(undefined);
  push(message('Product Added'));
  vi.advanceTimersByTime(60_000);
  put({ track });
  push(message('Checkout Started'));
  expect(track.mock.calls.slice(30).map(([name]) => name)).toEqual(['InitiateCheckout']);
});
