import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { EventLog } from '../store/event-log.ts';
import { createAppend } from './append.ts';
import { createLease } from './lease.ts';

export interface OrderParts {
  shops: readonly Shop[];
  state: Pick<AnalyticsStore, 'recordOrderReport' | 'ordersKnown' | 'freezeOrder' | 'visitorsOf'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * The same log, in which an order is one order, whether the page reports it, the order webhook, or both. Only shops
 * with the webhook pay for it.
 *
 * For those who bring events and those who deliver them. Statistics ignore holds, and read the log underneath: what
 * they took from here would be fixed before its other report could come.
 */
export function withOrders(log: EventLog, { shops, state, clock }: OrderParts): EventLog {
  const merging = new Map(shops.filter(isMerging).map((shop) => [shop.id, shop]));
  if (merging.size === 0) return log;
  return {
    ...log,
    append: createAppend(log, { shops: merging, state, clock }),
    lease: createLease(log, { shops: merging, state }),
  };
}

const isMerging = ({ shopline }: Shop) => shopline?.appSecret !== undefined;
