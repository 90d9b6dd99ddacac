import type { ShopOrders } from '../store.ts';
import { TOTAL_WAIT_MS } from './order-totals.ts';

/** A cancellation or a refund is sent after its order. */
export const AFTER_ORDER_MS = 1_000;
/** A lease carries the time at which it was asked for; on a busy machine it may follow what was accepted since. */
export const LATE_LEASE_MS = 10_000;
/** Nothing is held for longer than this, by the longest merge window of all shops: a clock that was ahead said so. */
export const longestHoldMs = (shops: Iterable<ShopOrders>): number =>
  Math.max(TOTAL_WAIT_MS, ...[...shops].map(({ mergeMs }) => mergeMs)) + AFTER_ORDER_MS + LATE_LEASE_MS;
