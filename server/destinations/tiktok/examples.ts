import type { Example } from '../destination.ts';
import { exampleEvent } from '../example-event.ts';
import type { Payload } from './payload.ts';
import type { Settings } from './settings.ts';

const settings: Settings = {
  pixelCode: 'C4EXAMPLEPIXEL000001',
  accessToken: 'example-token',
  testEventCode: undefined,
  endpoint: 'https://business-api.tiktok.com',
  events: {},
  contentId: 'variant_id',
};
/** 2026-11-20T08:30:15Z, and the SHA-256 of the example visitor's id. */
const event_time = 1795163415;
const external_id = '0d06c1112e64e898cafb5e5f2a0d35dc846b7bb5724d63f5efae0f7b75231413';
const EMAIL = '848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f';
const order = {
  order_id: '1001',
  total: 1280,
  currency: 'TWD',
  products: [
    {
      product_id: '16062938070772167548642145',
      variant_id: '18062938070788944764572145',
      sku: 'TEA-1',
      price: 640,
      quantity: 2,
    },
  ],
};
const orderProperties = {
  contents: [
    {
      content_id: '18062938070788944764572145',
      content_type: 'product' as const,
      price: 640,
      quantity: 2,
    },
  ],
  content_type: 'product' as const,
  value: 1280,
  currency: 'TWD',
  order_id: '1001',
};

export const examples: readonly Example<Payload, Settings>[] = [
  {
    title: 'A product view has everything TikTok can match by; the click id in the URL takes precedence',
    event: exampleEvent({
      event: 'Product Viewed',
      identity: { userId: 'user_123', anonymousId: 'a-1', emailSha256: EMAIL, country: 'tw' },
      context: {
        ip: '203.0.113.7',
        userAgent: 'Mozilla/5.0',
        locale: 'zh-TW',
        page: { url: 'https://shop.example/p/tea?ttclid=E.C.P.new', referrer: 'https://www.tiktok.com/' },
        tiktok: { ttclid: 'E.C.P.old', ttp: '01JEXAMPLE.tt.1', limited_data_use: false },
      },
      properties: {
        sku: 'TEA-1',
        name: 'Oolong',
        brand: 'Alishan',
        category: 'Tea',
        price: 640,
        currency: 'TWD',
      },
    }),
    settings,
    expected: [
      {
        event: 'ViewContent',
        event_time,
        event_id: 'msg-1',
        user: {
          email: EMAIL,
          external_id: '80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b',
          country: 'tw',
          ttclid: 'E.C.P.new',
          ttp: '01JEXAMPLE.tt.1',
          ip: '203.0.113.7',
          user_agent: 'Mozilla/5.0',
          locale: 'zh-TW',
        },
        page: { url: 'https://shop.example/p/tea?ttclid=E.C.P.new', referrer: 'https://www.tiktok.com/' },
        properties: {
          contents: [
            {
              content_id: 'TEA-1',
              content_type: 'product',
              content_name: 'Oolong',
              content_category: 'Tea',
              brand: 'Alishan',
              price: 640,
              quantity: 1,
            },
          ],
          content_type: 'product',
          value: 640,
          currency: 'TWD',
        },
        limited_data_use: false,
      },
    ],
  },
  {
    title: 'A search has both spellings of its key, and no page when none is known',
    event: exampleEvent({ event: 'Products Searched', properties: { query: '烏龍茶' } }),
    settings,
    expected: [
      {
        event: 'Search',
        event_time,
        event_id: 'msg-1',
        user: { external_id },
        properties: { query: '烏龍茶', search_string: '烏龍茶' },
      },
    ],
  },
  {
    title:
      'A checkout has the number of its items; a line without a variant id takes its SKU, else its product id',
    event: exampleEvent({
      event: 'Checkout Started',
      properties: {
        currency: 'TWD',
        products: [
          { sku: 'TEA-1', price: 640, quantity: 2 },
          { product_id: 'CUP', price: 90.5 },
        ],
      },
    }),
    settings,
    expected: [
      {
        event: 'InitiateCheckout',
        event_time,
        event_id: 'msg-1',
        user: { external_id },
        properties: {
          contents: [
            { content_id: 'TEA-1', content_type: 'product', price: 640, quantity: 2 },
            { content_id: 'CUP', content_type: 'product_group', price: 90.5, quantity: 1 },
          ],
          content_type: 'product',
          value: 1370.5,
          currency: 'TWD',
          num_items: 3,
        },
      },
    ],
  },
  {
    title:
      'A quantity that is no whole number is left out, and so is a line of 0; without a currency there is no value',
    event: exampleEvent({
      event: 'Product Added',
      properties: {
        products: [
          { variant_id: '1', price: 100, quantity: 0.25 },
          { variant_id: '2', price: 100, quantity: 0 },
        ],
      },
    }),
    settings,
    expected: [
      {
        event: 'AddToCart',
        event_time,
        event_id: 'msg-1',
        user: { external_id },
        properties: {
          contents: [{ content_id: '1', content_type: 'product', price: 100 }],
          content_type: 'product',
        },
      },
    ],
  },
  {
    title: 'A paid order is placed and purchased: two names, one id, the same as the pixel’s',
    event: exampleEvent({ event: 'Order Completed', orderKey: 'order:1001', properties: order }),
    settings,
    expected: ['PlaceAnOrder', 'Purchase'].map((event) => ({
      event,
      event_time,
      event_id: 'order:1001',
      user: { external_id },
      properties: orderProperties,
    })),
  },
  {
    title: 'An unpaid order is placed only',
    event: exampleEvent({
      event: 'Order Completed',
      orderKey: 'order:1001',
      properties: { ...order, financial_status: 'pending' },
    }),
    settings,
    expected: [
      {
        event: 'PlaceAnOrder',
        event_time,
        event_id: 'order:1001',
        user: { external_id },
        properties: orderProperties,
      },
    ],
  },
  {
    title: 'Its payment is the purchase',
    event: exampleEvent({
      event: 'Order Updated',
      orderKey: 'order:1001:paid',
      properties: { ...order, financial_status: 'paid' },
    }),
    settings,
    expected: [
      {
        event: 'Purchase',
        event_time,
        event_id: 'order:1001',
        user: { external_id },
        properties: orderProperties,
      },
    ],
  },
  {
    title: 'A refund has no name at TikTok',
    event: exampleEvent({ event: 'Order Refunded', properties: order }),
    settings,
    expected: { skip: 'unmapped' },
  },
  {
    title: 'Page views are sent when the shop configures a name for them',
    event: exampleEvent({ type: 'page', context: { page: { url: 'https://shop.example/' } } }),
    settings: { ...settings, events: { Page: ['Pageview'] } },
    expected: [
      {
        event: 'Pageview',
        event_time,
        event_id: 'msg-1',
        user: { external_id },
        page: { url: 'https://shop.example/' },
      },
    ],
  },
];
