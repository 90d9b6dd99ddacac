import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseMessage } from '../../shared/message.ts';
import { loadPixel, openPage, SETTINGS } from '../support/pixel.ts';
import { ALL, publishedByShopline as published } from '../support/pixel-platforms.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const ID = '11111111-2222-4333-8444-555555555555';
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
const teaReported = {
  product_id: tea.spuId,
  variant_id: tea.skuId,
  sku: 'TEA-1',
  name: 'Oolong',
  variant: '150 g',
  category: 'Tea',
  price: 480,
  quantity: 2,
  value: 960,
};
const cupReported = {
  product_id: 'spu-cup',
  variant_id: 'sku-cup',
  name: 'Cup',
  price: 90.5,
  quantity: 1,
  value: 90.5,
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('maps every SHOPLINE event to the contract’s names', () => {
  const cart = { value: 1050.5, currency: 'TWD', list: [tea, cup] };
  const cartReported = { value: 1050.5, currency: 'TWD', products: [teaReported, cupReported] };
  test.for([
    { name: 'page_viewed', data: { title: 'Oolong', url: '/x' }, reported: [['page', undefined]] },
    {
      name: 'product_viewed',
      data: { ...tea, quantity: undefined, currency: 'TWD' },
      reported: [['Product Viewed', { ...teaReported, quantity: undefined, value: 480, currency: 'TWD' }]],
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
      reported: [
        [
          'Product List Viewed',
          {
            list_id: 'c-1',
            category: 'Teas',
            currency: 'TWD',
            products: [{ ...teaReported, quantity: undefined, value: 480 }],
          },
        ],
      ],
    },
    { name: 'search_submitted', data: { keyword: '茶' }, reported: [['Search Submitted', { query: '茶' }]] },
    {
      name: 'search_view_results',
      data: { keyword: '茶', currency: 'TWD', list: [cup] },
      reported: [['Products Searched', { query: '茶', currency: 'TWD', products: [cupReported] }]],
    },
    {
      name: 'product_added_to_cart',
      data: { cartId: 'cart-1', ...cart },
      reported: [
        ['Product Added', { ...teaReported, cart_id: 'cart-1', currency: 'TWD' }],
        ['Product Added', { ...cupReported, cart_id: 'cart-1', currency: 'TWD' }],
      ],
    },
    {
      name: 'product_removed_from_cart',
      data: { cartId: 'cart-1', value: 90.5, currency: 'TWD', list: [cup] },
      reported: [['Product Removed', { ...cupReported, cart_id: 'cart-1', currency: 'TWD' }]],
    },
    { name: 'cart_viewed', data: cart, reported: [['Cart Viewed', cartReported]] },
    { name: 'checkout_started', data: cart, reported: [['Checkout Started', cartReported]] },
    {
      name: 'checkout_contact_info_submitted',
      data: { ...cart, email: 'alice@example.com', shippingAddress: { city: 'Taipei' } },
      reported: [['Checkout Step Completed', { ...cartReported, step: 1, step_name: 'contact' }]],
    },
    {
      name: 'payment_info_submitted',
      data: { ...cart, paymentType: 'CreditCard', productPrice: 1050.5 },
      reported: [
        ['Payment Info Entered', { ...cartReported, payment_method: 'CreditCard', subtotal: 1050.5 }],
      ],
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
      reported: [
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
            products: [teaReported, cupReported],
          },
        ],
      ],
    },
    {
      name: 'lead',
      data: { currency: 'TWD', list: [cup] },
      reported: [['Lead Submitted', { currency: 'TWD', products: [cupReported] }]],
    },
    {
      name: 'login',
      data: { method: 'email', customer_id: '2004' },
      reported: [
        ['Signed In', { method: 'email' }],
        ['identify', undefined],
      ],
    },
    {
      name: 'registration_completed',
      data: { method: 'phone', phone: '+886912345678', user_id: '2005' },
      reported: [
        ['Signed Up', { method: 'phone' }],
        ['identify', undefined],
      ],
    },
  ])('$name', async ({ name, data, reported }) => {
    const page = openPage();
    const pixel = await loadPixel(load, { browser: page.browser });
    await pixel.emit(name, published(data));
    const got = page.sentMessages().map(({ type, event, properties }) => [event ?? type, properties]);
    expect(got).toEqual(reported);
    for (const message of page.sentMessages()) expect(parseMessage(message)).toMatchObject({ notes: [] });
  });
});

describe('message', () => {
  test('contains page, time, visitor and consent, from the event and the storefront’s storage', async () => {
    const page = openPage(
      { _sb_id: ID, ttclid: 'E.C.P.1', _sb_tt: '1795766000000', _ttp: 'ttp-1' },
      { _sb: { choice: ALL, anonymousId: ID } },
    );
    const pixel = await loadPixel(load, {
      browser: page.browser,
      settings: { ...SETTINGS, consent: 'denied' },
    });
    await pixel.emit('page_viewed', published({ customer_id: '2004', login_em: 'a'.repeat(64) }));
    const [post] = page.posts;
    expect(post).toMatchObject({
      url: 'https://collect.shop.example/v1/b',
      writeKey: 'demo',
      request: { method: 'POST', keepalive: true, credentials: 'omit' },
    });
    expect(post?.request.headers).toBeUndefined();
    expect(page.sentMessages()).toEqual([
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
  ])('an event with $what yields messages with ids of their own', async ({ id, want }) => {
    const page = openPage();
    const pixel = await loadPixel(load, { browser: page.browser });
    await pixel.emit('product_added_to_cart', published({ list: [tea, cup] }, { id }));
    const ids = page.sentMessages().map(({ messageId }) => messageId);
    expect(ids).toEqual(want);
    expect(new Set(ids).size).toBe(2);
  });

  test.for([
    {
      consent: ALL,
      names: ['Signed Up', 'identify'],
      traits: { email: 'a@example.com', phone: '0912345678' },
    },
    { consent: { ...ALL, marketing: false }, names: ['Signed Up'], traits: undefined },
  ])(
    'contains email and phone only with consent to marketing: $consent.marketing',
    async ({ consent, names, traits }) => {
      const page = openPage({ ttclid: 'E.C.P.1' }, { _sb: { choice: consent } });
      const pixel = await loadPixel(load, { browser: page.browser });
      const data = { method: 'email', email: 'a@example.com', phone: '0912345678', user_id: '2005' };
      await pixel.emit('registration_completed', published(data));
      expect(page.names()).toEqual(names);
      expect(page.sentMessages().map(({ context }) => context.traits)).toEqual(names.map(() => traits));
      expect(page.sentMessages().at(-1)?.traits).toEqual(traits);
      expect(page.sentMessages()[0]?.userId).toBe('2005');
    },
  );
});

test.for([
  { what: 'nobody chose', stored: {}, gpc: undefined, said: { assumed: true } },
  { what: 'the snippet recorded a choice', stored: { _sb: { choice: ALL } }, gpc: undefined, said: {} },
  {
    what: 'the browser sends Global Privacy Control',
    stored: {},
    gpc: true,
    said: { assumed: true, gpc: true },
  },
])('where $what messages say so', async ({ stored, gpc, said }) => {
  vi.stubGlobal('navigator', { globalPrivacyControl: gpc });
  const page = openPage({}, stored);
  await (await loadPixel(load, { browser: page.browser })).emit('page_viewed', published({}));
  expect(page.sentMessages()[0]?.context.consent).toEqual({
    categoryPreferences: { ...ALL, advertising: !gpc },
    ...said,
  });
});

test('an event without a person signs nobody up', async () => {
  const page = openPage();
  await (await loadPixel(load, { browser: page.browser })).emit('lead', published({}));
  expect(page.names()).toEqual(['Lead Submitted']);
});
