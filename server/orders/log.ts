import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { EventLog } from '../store/event-log.ts';
import { createAppend } from './append.ts';
import { createLease } from './lease.ts';

export interface OrderParts {
  /** Shops whose orders are reported by their shop system as well as by pages. */
  shops: readonly Shop[];
  state: Pick<AnalyticsStore, 'recordOrderReport' | 'ordersKnown' | 'freezeOrder' | 'visitorsOf'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * The event log with reports of the same order merged, whether the page, the order webhook or both report it.
 *
 * For ingest and delivery. Analytics reads the log underneath: a lease from here would freeze the order before its
 * second report could arrive.
 *
 * @returns `log` itself when there are no such shops.
 */
export function withOrders(log: EventLog, { shops, state, clock }: OrderParts): EventLog {
  if (shops.length === 0) return log;
  const merging = new Map(shops.map((shop) => [shop.id, shop]));
  return {
    ...log,
    append: createAppend(log, { shops: merging, state, clock }),
    lease: createLease(log, { shops: merging, state }),
  };
}
