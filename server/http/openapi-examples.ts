import type { MessageType } from '../../shared/names.ts';

const anonymousId = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const context = {
  page: { url: 'https://shop.example/products/oolong?ttclid=E.C.P.example', title: 'Oolong' },
  consent: { categoryPreferences: { advertising: true, analytics: true, marketing: false } },
};
const order = {
  event: 'Order Completed',
  anonymousId,
  userId: 'customer-7',
  properties: {
    order_id: '1001',
    value: 960,
    currency: 'TWD',
    email: 'lin@shop.example',
    products: [{ product_id: 'T-1', name: 'Oolong', price: 480, quantity: 2 }],
  },
};

type Examples = Record<string, { value: unknown }>;

/** Example request bodies, by route. A test sends all of them. */
export const EXAMPLES: Record<MessageType | 'batch', Examples> = {
  track: {
    'A product view': {
      value: { event: 'Product Viewed', anonymousId, context, properties: { product_id: 'T-1', price: 480 } },
    },
    'An order sent by a server': { value: order },
  },
  page: { 'A page view': { value: { anonymousId, name: 'Home', context } } },
  identify: {
    'A sign-up': {
      value: { anonymousId, userId: 'customer-7', traits: { email: 'lin@shop.example', plan: 'gold' } },
    },
  },
  screen: { 'An app screen': { value: { anonymousId, name: 'Cart' } } },
  group: {
    'A company account': { value: { userId: 'customer-7', groupId: 'tea-house', traits: { seats: 3 } } },
  },
  alias: { 'The former id of a known person': { value: { userId: 'customer-7', previousId: anonymousId } } },
  batch: {
    'A page view and an order': {
      value: {
        writeKey: 'your-write-key',
        sentAt: '2026-11-20T08:30:16.000Z',
        batch: [
          { type: 'page', messageId: 'page-1', anonymousId, timestamp: '2026-11-20T08:30:15.250Z', context },
          { type: 'track', messageId: 'order-1', timestamp: '2026-11-20T08:30:15.900Z', ...order },
        ],
      },
    },
  },
};
