import { readClaim } from '../../server/orders/claim.ts';
import type { Accepted, Entry, ShopOrders } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from './event.ts';

/** What an `accept` stored, in numbers. */
export const counted = (accepted: readonly Accepted[]) => {
  const stored = accepted.filter(({ isStored }) => isStored).length;
  return { stored, duplicates: accepted.length - stored };
};

/** An order's report with its claim, as ingest hands it to the store: by default `Order Completed` from a browser. */
export function order(
  orderId: string,
  parts: Partial<ProtectedEvent> = {},
  beside: Partial<Entry> = {},
): Entry {
  const { properties, ...rest } = parts;
  const report = event({
    event: 'Order Completed',
    ...rest,
    properties: { order_id: orderId, ...properties },
  });
  return { ...entryOf(report), ...beside };
}

/** An event as ingest hands it to the store: with a claim where it reports an order by a name. */
export function entryOf(stored: ProtectedEvent): Entry {
  const claim = readClaim(stored);
  return { event: stored, ...(claim && claim.names.length > 0 && { claim }) };
}

/** The stages of the shop `shop` wait this long for what may join them. */
export const waiting = (mergeMs: number, how: Partial<ShopOrders> = {}): Record<string, ShopOrders> => ({
  shop: { ordersFrom: 'browser', mergeMs, hasPlatform: false, ...how },
});
