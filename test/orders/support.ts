import { onTestFinished } from 'vitest';
import { readClaim } from '../../server/orders/claim.ts';
import { openLog } from '../../server/store/open.ts';
import type { Entry, ShopOrders } from '../../server/store/store.ts';
import { orderTokens } from '../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

export const START_MS = Date.parse('2026-03-01T10:00:00Z');
export const MERGE_MS = 30_000;

/** An event with its claim and tokens, as ingest and webhooks hand it to the store. */
export function entryOf(report: ProtectedEvent, beside: Partial<Entry> = {}): Entry {
  const claim = readClaim(report);
  const tokens = report.source === 'browser' ? orderTokens(report.properties) : [];
  return { event: report, ...(claim && { claim }), ...(tokens.length > 0 && { tokens }), ...beside };
}

/** A store in front of one destination and statistics, with a clock that stands still until it is set. */
export async function openShop(orders: Partial<ShopOrders> = {}) {
  const clock = { nowMs: START_MS };
  const log = await openLog({
    dataDir: tempDir(),
    consumers: [
      { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
      { name: 'customerio', shop: 'shop', decryptsPii: true, audience: 'destinations' },
      { name: 'statistics', shop: 'shop', decryptsPii: false, audience: 'statistics' },
    ],
    shops: { shop: { ordersFrom: 'platform', mergeMs: MERGE_MS, hasPlatform: true, ...orders } },
    retentionMs: 86_400_000,
    clock: () => clock.nowMs,
  });
  onTestFinished(() => log.close());
  const now = () => new Date(clock.nowMs).toISOString();
  /** An event received now. */
  const received = (parts: Partial<ProtectedEvent>) =>
    event({ timestamp: now(), receivedAt: now(), ...parts });
  return {
    log,
    clock,
    received,
    accept: (parts: Partial<ProtectedEvent>, beside?: Partial<Entry>) =>
      log.accept([entryOf(received(parts), beside)]),
    /** Everything a consumer is sent by now; delivered at once. */
    async leased(consumer = 'tiktok'): Promise<ProtectedEvent[]> {
      const events: ProtectedEvent[] = [];
      for (;;) {
        const deliveries = await log.lease(consumer, 1_000);
        for (const delivery of deliveries) {
          events.push(delivery.event);
          delivery.ack();
        }
        if (deliveries.length === 0) return events;
      }
    },
  };
}

/** The first order of the shop system: from now on a page's word makes no order. */
export const firstOrder: Partial<ProtectedEvent> = {
  source: 'platform',
  messageId: 'first-order',
  event: 'Order Completed',
  properties: { order_id: 'first-order' },
};
