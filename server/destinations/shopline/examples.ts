import type { Example } from '../destination.ts';
import { exampleEvent } from '../example-event.ts';
import type { Payload } from './payload.ts';
import type { Settings } from './settings.ts';

const settings: Settings = {
  handle: 'open001',
  accessToken: 'example-token',
  apiVersion: 'v20260301',
  endpoint: 'https://open001.myshopline.com',
  pii: 'hashed',
  channelId: '6689609588495885399',
  eventCodes: { 'Order Completed': { code: 'Z_sale_order', attrs: {}, traits: {} } },
};
/** 2026-11-20T08:30:15.250Z. */
const event_date = 1795163415250;
const anonymous = { type: 'anonymousId' as const, value: '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11' };
const customer = { type: 'uid' as const, value: '324568754', channel_type: 'Z_store' as const };
const order = exampleEvent({
  event: 'Order Completed',
  orderKey: 'order:21050224312121887324667162',
  identity: { userId: customer.value, anonymousId: anonymous.value },
  context: { campaign: { source: 'Google' } },
  properties: { order_id: '21050224312121887324667162', total: 1280, currency: 'TWD' },
});
const attrs = {
  utmSource: 'Google',
  order_id: '21050224312121887324667162',
  value: 1280,
  currency: 'TWD',
};

export const examples: readonly Example<Payload, Settings>[] = [
  {
    title: 'An order is sent under its code, with both identities and the four default attributes',
    event: order,
    settings,
    expected: [
      {
        onceKey: 'order:21050224312121887324667162:Z_sale_order',
        event: { event_code: 'Z_sale_order', event_date, user_id: [customer, anonymous], attrs },
      },
    ],
  },
  {
    title: 'In raw mode email and phone are identities too, the phone with 00 instead of the plus',
    event: order,
    settings: { ...settings, pii: 'raw' },
    facts: { raw: { email: 'alice_abc@gmail.com', phone: '+8613917692706' } },
    expected: [
      {
        onceKey: 'order:21050224312121887324667162:Z_sale_order',
        event: {
          event_code: 'Z_sale_order',
          event_date,
          user_id: [
            customer,
            anonymous,
            { type: 'email', value: 'alice_abc@gmail.com' },
            { type: 'mobilePhone', value: '008613917692706' },
          ],
          attrs,
        },
      },
    ],
  },
  {
    title: 'Paths add attributes and traits; null removes a default; an id is text',
    event: exampleEvent({
      event: 'Product Viewed',
      context: { locale: 'zh-TW', campaign: { source: 'Google' } },
      properties: { price: 640, shelf_id: 12, gift: true, products: null },
    }),
    settings: {
      ...settings,
      eventCodes: {
        'Product Viewed': {
          code: 'Z_view',
          attrs: { utmSource: null, shelf_id: 'shelf_id', isGift: 'properties.gift', absent: 'a.b' },
          traits: { language: 'context.locale' },
        },
      },
    },
    expected: [
      {
        event: {
          event_code: 'Z_view',
          event_date,
          user_id: [anonymous],
          user_traits: { language: 'zh-TW' },
          attrs: { value: 640, shelf_id: '12', isGift: true },
        },
      },
    ],
  },
  {
    title: 'A refund refers to the CDP’s id of its order, and every refund is sent',
    event: exampleEvent({ event: 'Order Refunded', properties: { order_id: '1001', total: 100 } }),
    settings: {
      ...settings,
      eventCodes: {
        ...settings.eventCodes,
        'Order Refunded': { code: 'Z_refund', attrs: {}, traits: {} },
      },
    },
    facts: { remoteId: '8725726607153220' },
    expected: [
      {
        onceKey: 'order:1001:Z_refund:msg-1',
        event: {
          event_code: 'Z_refund',
          event_date,
          parent_event_id: '8725726607153220',
          user_id: [anonymous],
          attrs: { order_id: '1001', value: 100 },
        },
      },
    ],
  },
  {
    title: 'An event without a code is not sent',
    event: exampleEvent({ event: 'Product Added' }),
    settings,
    expected: { skip: 'unmapped' },
  },
  {
    title: 'An order without an identity is not sent',
    event: { ...order, identity: { emailSha256: 'f'.repeat(64) } },
    settings,
    expected: { skip: 'no-identity' },
  },
];
