import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseMessage } from '../../shared/message.ts';
import { lend, openPage, SETTINGS, settle } from '../support/pixel.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const load = () => import('../../client/snippet/pixel-shopify.ts');
const YES = {
  analyticsProcessingAllowed: true,
  marketingAllowed: true,
  preferencesProcessingAllowed: true,
  saleOfDataAllowed: true,
};
const NO = {
  analyticsProcessingAllowed: false,
  marketingAllowed: false,
  preferencesProcessingAllowed: false,
  saleOfDataAllowed: false,
};
const ALL = { advertising: true, analytics: true, marketing: true };

const money = (amount: number) => ({ amount, currencyCode: 'TWD' });
const tea = {
  id: '43729076',
  title: '150 g',
  sku: 'TEA-1',
  price: money(480),
  image: { src: '//cdn.example/tea.jpg' },
  product: { id: '632910392', title: 'Oolong', vendor: 'Alishan', type: 'Tea', url: '/products/oolong' },
};
const cup = {
  id: '43729077',
  title: 'Blue',
  sku: '',
  price: money(90.5),
  product: { id: '632910393', title: 'Cup' },
};
const teaTold = {
  product_id: '632910392',
  variant_id: '43729076',
  sku: 'TEA-1',
  name: 'Oolong',
  brand: 'Alishan',
  category: 'Tea',
  variant: '150 g',
  price: 480,
  currency: 'TWD',
};
const cupTold = {
  product_id: '632910393',
  variant_id: '43729077',
  sku: '43729077',
  name: 'Cup',
  variant: 'Blue',
  price: 90.5,
  currency: 'TWD',
};
const checkout = {
  token: 'checkout-1',
  currencyCode: 'TWD',
  email: 'alice@example.com',
  phone: null,
  order: null,
  totalPrice: money(1130.5),
  subtotalPrice: money(1030.5),
  shippingLine: { price: money(80) },
  totalTax: money(0),
  discountsAmount: money(20),
  discountApplications: [
    { type: 'AUTOMATIC', title: 'Autumn sale' },
    { type: 'DISCOUNT_CODE', title: 'SPRING' },
  ],
  lineItems: [
    { id: 'l-1', title: 'Oolong', quantity: 2, variant: tea },
    { id: 'l-2', title: 'Cup', quantity: 1, variant: cup },
    { id: 'l-3', title: 'Taken off sale', quantity: 1, variant: null },
  ],
};
const checkoutTold = {
  checkout_id: 'checkout-1',
  currency: 'TWD',
  total: 1130.5,
  shipping: 80,
  tax: 0,
  discount: 20,
  coupon: 'SPRING',
  products: [{ ...teaTold, quantity: 2 }, { ...cupTold, quantity: 1 }, { quantity: 1 }],
};
const line = (variant: unknown, quantity: number, amount: number) => ({
  merchandise: variant,
  quantity,
  cost: { totalAmount: money(amount) },
});

const published = (data: unknown, more: Record<string, unknown> = {}) => ({
  id: 'sh-1',
  clientId: '99999999-8888-4777-a666-555555555555',
  seq: 1,
  type: 'standard',
  timestamp: '2026-11-27T07:59:58.000Z',
  context: {
    document: { location: { href: 'https://shop.example/cart' }, referrer: '', title: 'Cart' },
    navigator: { userAgent: 'Shopper/1.0', language: 'zh-TW' },
  },
  data,
  ...more,
});

/** As Shopify lends it, to a visitor who allows what `privacy` says. */
function lent(page: ReturnType<typeof openPage>, privacy: unknown = YES, customer: unknown = null) {
  const listeners = new Map<string, (event: unknown) => void>();
  return {
    browser: page.browser,
    init: { data: { customer, cart: null }, customerPrivacy: privacy },
    customerPrivacy: {
      subscribe: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
    },
    settings: { ...SETTINGS, consent: 'denied' },
    choose: async (customerPrivacy: unknown) => {
      listeners.get('visitorConsentCollected')?.({ customerPrivacy });
      await settle();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('each of Shopify’s events becomes what the contract knows', () => {
  test.for([
    { name: 'page_viewed', data: {}, event: undefined, properties: undefined },
    {
      name: 'product_viewed',
      data: { productVariant: tea },
      event: 'Product Viewed',
      properties: teaTold,
    },
    {
      name: 'collection_viewed',
      data: { collection: { id: '841564295', title: 'Teas', productVariants: [tea, cup] } },
      event: 'Product List Viewed',
      properties: { list_id: '841564295', category: 'Teas', products: [teaTold, cupTold] },
    },
    {
      name: 'search_submitted',
      data: { searchResult: { query: '茶', productVariants: [cup] } },
      event: 'Products Searched',
      properties: { query: '茶', products: [cupTold] },
    },
    {
      name: 'product_added_to_cart',
      data: { cartLine: line(tea, 2, 940) },
      event: 'Product Added',
      properties: { ...teaTold, quantity: 2, value: 940 },
    },
    {
      name: 'product_removed_from_cart',
      data: { cartLine: line(cup, 1, 90.5) },
      event: 'Product Removed',
      properties: { ...cupTold, quantity: 1, value: 90.5 },
    },
    {
      name: 'cart_viewed',
      data: {
        cart: {
          id: 'cart-1',
          cost: { totalAmount: money(1030.5) },
          lines: [line(tea, 2, 940), line(cup, 1, 90.5)],
        },
      },
      event: 'Cart Viewed',
      properties: {
        cart_id: 'cart-1',
        value: 1030.5,
        currency: 'TWD',
        products: [
          { ...teaTold, quantity: 2, value: 940 },
          { ...cupTold, quantity: 1, value: 90.5 },
        ],
      },
    },
    { name: 'checkout_started', data: { checkout }, event: 'Checkout Started', properties: checkoutTold },
    {
      name: 'checkout_contact_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutTold, step: 1, step_name: 'contact' },
    },
    {
      name: 'checkout_address_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutTold, step: 2, step_name: 'address' },
    },
    {
      name: 'checkout_shipping_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutTold, step: 3, step_name: 'shipping' },
    },
    {
      name: 'payment_info_submitted',
      data: { checkout },
      event: 'Payment Info Entered',
      properties: checkoutTold,
    },
    {
      name: 'checkout_completed',
      data: { checkout: { ...checkout, order: { id: 'gid://shopify/OrderIdentity/5210499102' } } },
      event: 'Order Completed',
      properties: { ...checkoutTold, order_id: 'gid://shopify/OrderIdentity/5210499102' },
    },
    {
      name: 'checkout_completed',
      data: { checkout: { token: 't', order: { id: '5210499102' }, totalPrice: { amount: '9.50' } } },
      event: 'Order Completed',
      properties: { checkout_id: 't', order_id: '5210499102', total: 9.5 },
    },
  ])('$name → $event', async ({ name, data, event, properties }) => {
    const page = openPage();
    const pixel = await lend(load, lent(page));
    await pixel.emit(name, published(data));
    expect(page.told()).toMatchObject([{ type: event ? 'track' : 'page', messageId: 'sh-1' }]);
    expect([page.told()[0]?.event, page.told()[0]?.properties]).toEqual([event, properties]);
    expect(parseMessage(page.told()[0])).not.toHaveProperty('issues');
  });

  test('all thirteen are listened to, and in a shop with the snippet on its pages only those of checkout', async () => {
    const page = openPage();
    expect((await lend(load, lent(page))).subscribed).toHaveLength(13);
    const settings = { ...SETTINGS, events: 'checkout' };
    expect((await lend(load, { ...lent(page), settings })).subscribed).toEqual([
      'checkout_started',
      'checkout_contact_info_submitted',
      'checkout_address_info_submitted',
      'checkout_shipping_info_submitted',
      'payment_info_submitted',
      'checkout_completed',
    ]);
  });
});

describe('who it was', () => {
  const alice = { id: '706405506', email: 'alice@example.com', phone: '+886912345678' };
  test.for([
    {
      what: 'a customer who is logged in',
      customer: alice,
      data: { productVariant: tea },
      userId: alice.id,
      traits: { email: alice.email, phone: alice.phone },
    },
    {
      what: 'the buyer of an order',
      customer: null,
      data: { checkout: { ...checkout, order: { id: '1', customer: { id: '706405507' } } } },
      userId: '706405507',
      traits: { email: 'alice@example.com' },
    },
    { what: 'nobody known', customer: null, data: {}, userId: undefined, traits: undefined },
  ])('$what', async ({ customer, data, userId, traits }) => {
    const page = openPage();
    const pixel = await lend(load, lent(page, YES, customer));
    await pixel.emit('checkout' in data ? 'checkout_completed' : 'page_viewed', published(data));
    expect(page.told()[0]?.userId).toBe(userId);
    expect(page.told()[0]?.context.traits).toEqual(traits);
  });

  test('without consent to marketing no email and no phone', async () => {
    const page = openPage();
    const pixel = await lend(load, lent(page, { ...YES, marketingAllowed: false }, alice));
    await pixel.emit('checkout_contact_info_submitted', published({ checkout }));
    expect(JSON.stringify(page.told())).not.toMatch(/alice|912345678/);
  });
});

describe('consent is Shopify’s', () => {
  test.for([
    { what: 'everything', privacy: YES, want: ALL },
    {
      what: 'no sale of data',
      privacy: { ...YES, saleOfDataAllowed: false },
      want: { ...ALL, advertising: false },
    },
    {
      what: 'no marketing',
      privacy: { ...YES, marketingAllowed: false },
      want: { advertising: false, analytics: true, marketing: false },
    },
    {
      what: 'no analytics',
      privacy: { ...YES, analyticsProcessingAllowed: false },
      want: { ...ALL, analytics: false },
    },
  ])('$what', async ({ privacy, want }) => {
    const page = openPage({ ttclid: 'E.C.P.1' });
    await (await lend(load, lent(page, privacy))).emit('page_viewed', published({}));
    expect(page.told()[0]?.context.consent.categoryPreferences).toEqual(want);
    expect(page.told()[0]?.context.tiktok?.ttclid).toBe(want.advertising ? 'E.C.P.1' : undefined);
  });

  test('a no the shop’s own pages have recorded stands beside it', async () => {
    const page = openPage({}, { _sb: { choice: { advertising: false } } });
    await (await lend(load, lent(page))).emit('page_viewed', published({}));
    expect(page.told()[0]?.context.consent.categoryPreferences).toEqual({ ...ALL, advertising: false });
  });

  test('before a choice nothing is written or sent; a yes lets the last fifty go', async () => {
    const page = openPage();
    const shop = lent(page, NO);
    const pixel = await lend(load, shop);
    for (let n = 0; n < 60; n++) await pixel.emit('page_viewed', published({}, { id: `e-${n}` }));
    expect([page.posts.length, page.written.length, page.storage.size]).toEqual([0, 0, 0]);
    await shop.choose(YES);
    expect(page.told().map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 50 }, (_, n) => `e-${n + 10}`),
    );
  });

  test('a no drops what was held and what waits, and forgets the visitor', async () => {
    const page = openPage();
    page.reply = 500;
    const shop = lent(page);
    const pixel = await lend(load, shop);
    await pixel.emit('page_viewed', published({}));
    expect(page.kept('_sb').anonymousId).toBeTruthy();
    page.reply = 200;
    page.posts.length = 0;
    await shop.choose(NO);
    await pixel.emit('page_viewed', published({}, { id: 'sh-2' }));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(page.posts).toEqual([]);
    expect([page.kept('_sb_p'), page.kept('_sb').anonymousId, page.cookies.get('_sb_id')]).toEqual([
      null,
      '',
      '',
    ]);
    await shop.choose(YES);
    await pixel.emit('page_viewed', published({}, { id: 'sh-3' }));
    expect(page.told().map(({ messageId }) => messageId)).toEqual(['sh-3']);
  });

  test.for([
    { consent: 'granted', told: ['page'] },
    { consent: 'denied', told: [] },
  ])('where Shopify says nothing, the default is the merchant’s: $consent', async ({ consent, told }) => {
    const page = openPage();
    const settings = { ...SETTINGS, consent };
    const pixel = await lend(load, { browser: page.browser, settings });
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(told);
  });
});

describe('whatever Shopify or a shop’s app hands over, the next event is told', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.for<{ what: string; data: unknown }>([
    { what: 'nothing', data: undefined },
    { what: 'null', data: null },
    {
      what: 'nulls',
      data: { checkout: null, cart: null, cartLine: null, productVariant: null, collection: null },
    },
    {
      what: 'empty objects',
      data: { checkout: {}, cart: {}, cartLine: {}, productVariant: {}, searchResult: {} },
    },
    {
      what: 'lines of nothing',
      data: { checkout: { lineItems: [null, { variant: null }, 7] }, cart: { lines: 'x' } },
    },
    { what: 'something circular', data: { checkout: { token: circular }, cart: { id: circular } } },
    { what: 'a megabyte', data: { checkout: { token: 'x'.repeat(1_000_000) } } },
  ])('$what', async ({ data }) => {
    const page = openPage();
    const pixel = await lend(load, lent(page));
    for (const name of pixel.subscribed) await pixel.emit(name, published(data));
    await pixel.emit('page_viewed', published({}, { id: 'still here' }));
    expect(page.told().at(-1)?.messageId).toBe('still here');
  });

  test.for<{ what: string; more: Record<string, unknown> }>([
    { what: 'null for init', more: { init: null } },
    { what: 'null for privacy', more: { init: { customerPrivacy: null, data: null } } },
    { what: 'a privacy that cannot be listened to', more: { customerPrivacy: {} } },
    {
      what: 'a privacy that refuses to be listened to',
      more: {
        customerPrivacy: {
          subscribe: () => {
            throw new Error('no');
          },
        },
      },
    },
  ])('$what', async ({ more }) => {
    const page = openPage();
    const settings = { ...SETTINGS, consent: 'granted' };
    const pixel = await lend(load, { ...lent(page), settings, ...more });
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(['page']);
  });

  test('a choice that says nothing changes nothing', async () => {
    const page = openPage();
    const shop = lent(page);
    const pixel = await lend(load, shop);
    await shop.choose(undefined);
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(['page']);
  });
});

test.for(['pasted', 'extend'] as const)('it finds its sandbox: %s', async (by) => {
  const page = openPage();
  const pixel = await lend(load, lent(page), by);
  await pixel.emit('page_viewed', published({}));
  expect(page.names()).toEqual(['page']);
});

test.each(['pixel-shopify.js', 'pixel-shopline.js'])('%s is at most 2.5 KB, and knows no page', (name) => {
  const code = readFileSync(new URL(`../../client/dist/${name}`, import.meta.url));
  expect(brotliCompressSync(code).length).toBeLessThanOrEqual(2560);
  expect(code.toString()).not.toMatch(/\bwindow\b|document\.|\bimport\b|XMLHttpRequest/);
});
