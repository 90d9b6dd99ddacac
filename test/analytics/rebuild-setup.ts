import { onTestFinished } from 'vitest';
import { startConsumer } from '../../server/analytics/consumer.ts';
import { consumerName, factRules, statisticsConsumers } from '../../server/analytics/counting.ts';
import { shopSettings } from '../../server/analytics/open.ts';
import { rebuild } from '../../server/analytics/rebuild.ts';
import type { AnalyticsDatabase } from '../../server/analytics/store/database.ts';
import type { Methods } from '../../server/analytics/store/methods.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import type { Shop } from '../../server/config/config.ts';
import { readConfig } from '../../server/config/read.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { eraseVisitor } from '../../server/lifecycle/erase.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { createPiiEncryption } from '../../server/privacy/encrypted-pii.ts';
import { openLog } from '../../server/store/open.ts';
import type { Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { entryOf } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;
/** What was taken and never settled is given out again after that. */
export const LEASE_MS = 2 * MINUTE;
export const START_MS = Date.parse('2026-03-01T00:00:00Z');

export const VARIABLES = {
  WRITE_KEY: 'test-write-key',
  ALLOWED_ORIGINS: 'https://shop.example',
  CONSENT_DEFAULT: 'granted',
  STORE_COUNTRY: 'TW',
  STORE_CURRENCY: 'TWD',
  TIKTOK_PIXEL_CODE: 'PIXEL',
  TIKTOK_ACCESS_TOKEN: 'tiktok-access-token',
  TIKTOK_ENDPOINT: 'http://127.0.0.1:9',
  SHOPLINE_HANDLE: 'open001',
  SHOPLINE_ACCESS_TOKEN: 'shopline-access-token',
  SHOPLINE_ENDPOINT: 'http://127.0.0.1:9',
  SHOPLINE_APP_KEY: 'key',
  SHOPLINE_STORE_ID: '1655000000001',
  SHOPLINE_SOURCE_TYPE: 'app',
  RETENTION_DAYS: '30',
  MARKETING_RULES: '[{"marketing_event_id": "MA_mail", "campaign_id": 12}]',
  FLOWS: '[{"flow_id": "F1", "campaign_id": 12, "nodes": [{"node_id": "N1", "action_id": 7}]}]',
};
const RETENTION_MS = 30 * DAY;
export const shopOf = (variables: Record<string, string> = {}): Shop => {
  const [shop] = readConfig({ ...VARIABLES, ...variables }, () => '{}').shops;
  if (!shop) throw new Error('one shop is configured');
  return shop;
};

export interface CountedShop {
  shop: Shop;
  log: Store;
  store: AnalyticsDatabase;
  nowMs: number;
  /** Stores events as if they came in now. */
  append(...events: Partial<ProtectedEvent>[]): Promise<void>;
  /** As the collector's own consumer does. */
  count(): Promise<void>;
  retain(): Promise<void>;
  erase(id: string): Promise<void>;
  rebuild(parts?: {
    shop?: Shop;
    keepsDifferences?: boolean;
    store?: AnalyticsDatabase;
    sinceMs?: number;
  }): ReturnType<typeof rebuild>;
  totals(): Promise<unknown>;
  close(): Promise<void>;
}

export async function openCountedShop(dataDir = tempDir(), startMs = START_MS): Promise<CountedShop> {
  const shop = shopOf();
  let readClock = () => startMs;
  const log = await openLog({
    dataDir,
    consumers: statisticsConsumers([shop]),
    retentionMs: RETENTION_MS,
    clock: () => readClock(),
  });
  const store = await openSqliteAnalytics(dataDir, { shops: shopSettings([shop]) });
  let isOpen = true;
  const counted: CountedShop = {
    shop,
    log,
    store,
    nowMs: startMs,
    async append(...events) {
      const receivedAt = new Date(counted.nowMs).toISOString();
      await log.accept(
        events.map((parts) => entryOf(event({ shop: shop.id, timestamp: receivedAt, ...parts, receivedAt }))),
      );
    },
    async count() {
      const consumer = startConsumer({
        shop: shop.id,
        consumer: consumerName(shop.id),
        log,
        state: { apply: (...reported) => store.transaction((methods) => methods.apply(...reported)) },
        rules: factRules(shop),
        clock: { now: () => counted.nowMs, sleep: (_ms, signal) => systemClock.sleep(1, signal) },
        yieldToIngest: NO_BACKPRESSURE,
        counters: createCounters(),
        logger: { info() {}, warn() {}, error() {} },
      });
      await consumer.caughtUp();
      await consumer.stop();
    },
    async retain() {
      await store.transaction((methods) => methods.retain(counted.nowMs, RETENTION_MS));
      await log.retain();
    },
    async erase(id) {
      const state = {
        near: (...asked: Parameters<Methods['near']>) =>
          store.transaction((methods) => methods.near(...asked)),
        erase: (...asked: Parameters<Methods['erase']>) =>
          store.transaction((methods) => methods.erase(...asked)),
      };
      await eraseVisitor(
        { log, piiEncryption: createPiiEncryption([]), state },
        shop,
        { ids: [id] },
        counted.nowMs,
      );
    },
    rebuild: (parts = {}) =>
      rebuild({ shop, log, store, sinceMs: counted.nowMs - RETENTION_MS, keepsDifferences: false, ...parts }),
    totals: () => totalsOf(store, shop.id),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await log.close();
      await store.close();
    },
  };
  readClock = () => counted.nowMs;
  onTestFinished(counted.close);
  return counted;
}

const totalsOf = (store: AnalyticsDatabase, shop: string) =>
  store.transaction(async (methods) => {
    const targets = await methods.targets(shop);
    const idsOf = (kind: string) =>
      targets.filter((target) => target.startsWith(kind)).map((target) => target.slice(kind.length));
    return {
      marketing: await methods.marketingTotals(shop, idsOf('marketing:')),
      flows: await methods.flowTotals(shop, idsOf('flow:')),
    };
  });

export const person = (name: string) => ({ anonymousId: `visitor-${name}`, userId: `user-${name}` });
export const landing = (name: string, id = 'MA_1'): Partial<ProtectedEvent> => ({
  type: 'page',
  identity: person(name),
  context: { page: { url: `https://shop.example/?utm_id=${id}` } },
});
export const added = (name: string): Partial<ProtectedEvent> => ({
  event: 'Product Added',
  identity: person(name),
});
export const checkout = (name: string, token: string): Partial<ProtectedEvent> => ({
  event: 'Checkout Started',
  identity: person(name),
  properties: { checkout_token: token },
});
export const order = (name: string, id: string, total = 100): Partial<ProtectedEvent> => ({
  event: 'Order Completed',
  identity: person(name),
  properties: { order_id: id, total, products: [{ product_id: 'tea', quantity: 2 }] },
});
/** What the shop's server says of it: who bought, never which visitor. */
export const hook = (
  name: string,
  id: string,
  event: string,
  properties: ProtectedEvent['properties'] = {},
) => ({
  event,
  source: 'platform' as const,
  identity: { userId: `user-${name}` },
  properties: { order_id: id, ...properties },
});
export const mail = (name: string, delivery: string, metric: string): Partial<ProtectedEvent> => ({
  event: `Email ${metric}`,
  source: 'platform',
  identity: { userId: `user-${name}` },
  properties: { metric, delivery_id: delivery, campaign_id: 12, action_id: 7, journey_id: `j-${delivery}` },
});
