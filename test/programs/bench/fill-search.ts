import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../../server/store/open.ts';
import type { Consumer, Delivery, Store } from '../../../server/store/store.ts';
import { createShopEntries } from './shop-events.ts';

const CHUNK = 1_000;
const EACH = 4;
const SPACING_MS = 2_500;
const DAY_MS = 86_400_000;
export const KEPT_DAYS = 60;
export const START_MS = Date.parse('2026-03-01T00:00:00Z');
export const CONSUMERS: readonly Consumer[] = ['tiktok', 'customerio', 'shopline'].map((name) => ({
  ...{ name: `${name}@shop`, shop: 'shop', decryptsPii: false },
  audience: 'destinations',
}));
/** The anonymousId of a visitor by number; there are a quarter as many as events. */
export const visitorOf = (n: number) => `b7f1f3a2-6f0e-4f2b-9c39-${String(n).padStart(12, '0')}`;
/** A customer with 5,000 of a million events. */
export const BUSY_CUSTOMER = 'customer-busy';
const BUSY_EVERY = 200;
export const visitorsOf = (events: number) => events / EACH;
/** When the last of so many events was received. */
export const endOf = (events: number) => START_MS + events * SPACING_MS;

/** Fills a directory with a month of a shop's events, delivered to three destinations; one that is filled is used again. */
export async function fillStore(dataDir: string, events: number): Promise<void> {
  if (existsSync(join(dataDir, 'filled'))) return;
  mkdirSync(dataDir, { recursive: true });
  let nowMs = START_MS;
  const log = await openLog({
    dataDir,
    consumers: CONSUMERS,
    retentionMs: KEPT_DAYS * DAY_MS,
    historyMs: KEPT_DAYS * DAY_MS,
    clock: () => nowMs,
  });
  const entryAt = createShopEntries({ visitors: visitorsOf(events), eventsEach: EACH });
  const startedAtMs = performance.now();
  for (let first = 0; first < events; first += CHUNK) {
    const entries = Array.from({ length: CHUNK }, (_, index) => {
      const entry = entryAt(first + index);
      const at = new Date(START_MS + (first + index) * SPACING_MS).toISOString();
      const busy = { identity: { anonymousId: visitorOf(events), userId: BUSY_CUSTOMER } };
      const isBusy = (first + index) % BUSY_EVERY === 0 && entry.claim === undefined;
      return { ...entry, event: { ...entry.event, ...(isBusy && busy), timestamp: at, receivedAt: at } };
    });
    nowMs = START_MS + (first + CHUNK) * SPACING_MS;
    await log.accept(entries);
    for (const { name } of CONSUMERS) await settleAll(log, name, nowMs);
    if (first % 100_000 === 0)
      console.log(`${first} events, ${Math.round((performance.now() - startedAtMs) / 1000)} s`);
  }
  await log.close();
  writeFileSync(join(dataDir, 'filled'), `${events}`);
}

/** As a destination does: pages are skipped, one in 500 is refused, 50 share a request. */
async function settleAll(store: Store, consumer: string, nowMs: number): Promise<void> {
  for (;;) {
    const deliveries = await store.lease(consumer, CHUNK);
    if (deliveries.length === 0) return;
    const sent: Delivery[] = [];
    for (const delivery of deliveries) {
      const { type } = delivery.event;
      if (type === 'page' && consumer !== 'customerio@shop') delivery.skip('unmapped');
      else if (delivery.seq % 97 === 0) delivery.skip('consent');
      else if (delivery.seq % 500 === 0)
        delivery.deadLetter('invalid-payload', `value ${delivery.seq} is not a price`);
      else {
        delivery.ack();
        sent.push(delivery);
      }
    }
    for (let start = 0; start < sent.length; start += 50) {
      const seqs = sent.slice(start, start + 50).map(({ seq }) => seq);
      const match = { 'Product Viewed': [seqs.length, { email: 20, ttclid: 30, value: 40 }] } as const;
      store.settle(consumer, {
        ...{ confirmed: [], released: [] },
        requests: [
          {
            atMs: nowMs,
            ms: 120,
            outcome: 'delivered',
            attempt: 1,
            status: 200,
            seqs,
            match: { ...match } as never,
          },
        ],
      });
    }
  }
}
