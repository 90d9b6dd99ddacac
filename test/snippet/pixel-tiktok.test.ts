// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Message, Notice } from '../../client/snippet/api.ts';

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

/** The pixel's plugin on a page that has heard these notices already; tells it of one more. */
async function load(before: Notice[] = []) {
  let emit = (..._notice: Notice) => {};
  window.storebeacon = {
    listen(listener: typeof emit) {
      for (const notice of before) listener(...notice);
      emit = listener;
    },
  } as never;
  vi.resetModules();
  await import('../../client/snippet/pixel-tiktok.ts');
  return (sent: Message, consent = YES) => emit(...noticeOf(sent, consent));
}
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
  push(message('Order Completed', { order_id: '7', total: 960, products: [{ product_id: 'p' }] }));
  expect(track.mock.calls[0]).toEqual([
    'AddToCart',
    {
      contents: [expect.objectContaining({ content_id: 's', price: 480, quantity: 2 })],
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
