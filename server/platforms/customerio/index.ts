import type { Platform } from '../platform.ts';
import { receiveCustomerio } from './receive.ts';

/** Customer.io's reporting webhooks: what became of messages. */
export const customerio: Platform = {
  name: 'customerio',
  isUsedBy: ({ customerioSigningKey }) => customerioSigningKey !== undefined,
  reportsOrders: () => false,
  webhook: {
    summary: 'Delivery, open and click reports of messages.',
    headers: [
      { name: 'X-CIO-Timestamp', description: 'Unix seconds.' },
      {
        name: 'X-CIO-Signature',
        description: 'HMAC-SHA256 of v0:<timestamp>:<body> under the signing key, in hex.',
      },
    ],
    receive: receiveCustomerio,
  },
};
