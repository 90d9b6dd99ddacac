import { randomUUID } from 'node:crypto';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Shop } from '../../config/config.ts';
import { sha256 } from '../../privacy/hash.ts';

/** What a test event is about: nobody, and a product that there is not. */
export function sampleEvent({ id, currency, origins }: Shop, name: string, nowMs: number): ProtectedEvent {
  const now = new Date(nowMs).toISOString();
  const [page = 'https://shop.example'] = [...origins].filter((origin) => origin !== 'null');
  const isOrder = name.startsWith('Order ');
  const line = { product_id: 'storebeacon-test', variant_id: 'storebeacon-test', sku: 'storebeacon-test' };
  return {
    shop: id,
    source: 'operator',
    messageId: `test-${randomUUID()}`,
    type: name === 'Page' ? 'page' : 'track',
    ...(name !== 'Page' && { event: name }),
    ...{ timestamp: now, receivedAt: now },
    identity: {
      anonymousId: randomUUID(),
      userId: 'storebeacon-test',
      emailSha256: sha256('storebeacon-test@example.com'),
    },
    consent: { advertising: true, analytics: true, marketing: true },
    context: {
      page: { url: `${page}/storebeacon-test`, path: '/storebeacon-test' },
      userAgent: 'Storebeacon test event',
    },
    properties: {
      ...{ currency, value: 1, products: [{ ...line, name: 'Test', price: 1, quantity: 1 }] },
      ...(isOrder && { order_id: `storebeacon-test-${nowMs}`, total: 1, financial_status: 'paid' }),
    },
    traits: {},
  };
}
