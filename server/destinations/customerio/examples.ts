import type { Example } from '../destination.ts';
import { exampleEvent } from '../example-event.ts';
import type { Payload } from './payload.ts';
import type { Settings } from './settings.ts';

const settings: Settings = {
  apiKey: 'WK_test_123',
  region: 'us',
  endpoint: 'https://cdp.customer.io',
  pii: 'hashed',
};
const raw: Settings = { ...settings, pii: 'raw' };
const anonymousId = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const common = { messageId: 'msg-1', timestamp: '2026-11-20T08:30:15.250Z' };
const EMAIL = '848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f';
const NAME = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const signUp = exampleEvent({
  type: 'identify',
  identity: { userId: 'user_123', anonymousId, emailSha256: EMAIL, firstNameSha256: NAME },
  traits: {
    email_sha256: EMAIL,
    first_name_sha256: NAME,
    plan: 'gold',
    address: { city: 'Taipei', street_sha256: NAME },
  },
});

export const examples: readonly Example<Payload, Settings>[] = [
  {
    title:
      'A track of an anonymous visitor: the collector’s own fields and TikTok’s ids are not in the context',
    event: exampleEvent({
      event: 'Product List Viewed',
      integrations: { all: true },
      context: { ip: '203.0.113.7', bot: false, tiktok: { ttclid: 'E.C.P.x' }, page: { title: 'Tea' } },
      properties: { list_id: 'tea', products: [{ sku: 'TEA-1', price: 640 }] },
    }),
    settings,
    expected: [
      {
        type: 'track',
        ...common,
        anonymousId,
        event: 'Product List Viewed',
        context: { ip: '203.0.113.7', page: { title: 'Tea' } },
        properties: { list_id: 'tea', products: [{ sku: 'TEA-1', price: 640 }] },
      },
    ],
  },
  {
    title: 'An identify links visitor and person; in hashed mode without names and street',
    event: signUp,
    settings,
    expected: [
      {
        type: 'identify',
        ...common,
        userId: 'user_123',
        anonymousId,
        traits: { email_sha256: EMAIL, plan: 'gold', address: { city: 'Taipei' } },
      },
    ],
  },
  {
    title: 'In raw mode the decrypted values are where the shop had put them',
    event: signUp,
    settings: raw,
    facts: {
      raw: {
        email: 'alice_abc@gmail.com',
        phone: '+886912345678',
        firstName: 'test',
        traits: { email: 'alice_abc@gmail.com', first_name: 'test', address: { street: 'Road 1' } },
      },
    },
    expected: [
      {
        type: 'identify',
        ...common,
        userId: 'user_123',
        anonymousId,
        traits: {
          email: 'alice_abc@gmail.com',
          email_sha256: EMAIL,
          phone: '+886912345678',
          first_name: 'test',
          plan: 'gold',
          address: { city: 'Taipei', street: 'Road 1' },
        },
      },
    ],
  },
  {
    title: 'A buyer known by email alone has the digest as anonymous id',
    event: exampleEvent({
      event: 'Order Completed',
      identity: { emailSha256: EMAIL },
      properties: { order_id: '1001', total: 1280 },
    }),
    settings,
    expected: [
      {
        type: 'track',
        ...common,
        anonymousId: EMAIL,
        event: 'Order Completed',
        properties: { order_id: '1001', total: 1280 },
      },
    ],
  },
  {
    title: 'The same buyer in raw mode has the email as user id',
    event: exampleEvent({ event: 'Order Completed', identity: { emailSha256: EMAIL } }),
    settings: raw,
    facts: { raw: { email: 'alice_abc@gmail.com' } },
    expected: [
      { type: 'track', ...common, userId: 'alice_abc@gmail.com', event: 'Order Completed', properties: {} },
    ],
  },
  {
    title: 'A page has its URL and title among its properties',
    event: exampleEvent({
      type: 'page',
      name: 'Home',
      context: { page: { url: 'https://shop.example/', title: 'Tea house' } },
    }),
    settings,
    expected: [
      {
        type: 'page',
        ...common,
        anonymousId,
        name: 'Home',
        properties: { url: 'https://shop.example/', title: 'Tea house' },
      },
    ],
  },
  {
    title: 'An alias whose previous id was an email is not sent in hashed mode',
    event: exampleEvent({ type: 'alias', identity: { userId: 'user_123', emailSha256: EMAIL } }),
    settings,
    expected: { skip: 'no-identity' },
  },
];
