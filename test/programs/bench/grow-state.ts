import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { factRules } from '../../../server/analytics/counting.ts';
import { gather } from '../../../server/analytics/gather.ts';
import { openAnalyticsStore } from '../../../server/analytics/open.ts';
import { readFacts } from '../../../server/analytics/read-facts.ts';
import { createSeenCache } from '../../../server/analytics/seen-cache.ts';
import { serveParent } from './launch.ts';
import { benchShop, createShopEntries, type Traffic } from './shop-events.ts';

/** Counts everything these visitors do, into state of its own under `dataDir`. */
export interface GrowState extends Traffic {
  dataDir: string;
}

export interface Grown {
  visitors: number;
  events: number;
  applySeconds: number;
  attributeSeconds: number;
  /** Of `analytics.db` when it is closed. */
  bytes: number;
}

/** As many as the consumer takes. */
const ROUND = 500;
/** About what a busy shop does between two reports. */
const ATTRIBUTE_EVERY = 100;

export async function growState({ dataDir, visitors, eventsEach }: GrowState): Promise<Grown> {
  const stateDir = mkdtempSync(join(dataDir, 'state-'));
  const shop = benchShop();
  const rules = factRules(shop);
  const seenCache = createSeenCache();
  const entryAt = createShopEntries({ visitors, eventsEach });
  const state = await openAnalyticsStore({ dataDir: stateDir, databaseUrl: undefined }, [shop]);
  const events = visitors * eventsEach;
  const spentMs = { apply: 0, attribute: 0 };
  const timed = async (on: keyof typeof spentMs, work: () => Promise<unknown>) => {
    const startedMs = performance.now();
    await work();
    spentMs[on] += performance.now() - startedMs;
  };
  for (let round = 0; round * ROUND < events; round++) {
    const first = round * ROUND;
    const stored = Array.from(
      { length: Math.min(ROUND, events - first) },
      (_, index) => entryAt(first + index).event,
    );
    const fresh = seenCache.only(gather(stored.map((event) => readFacts(event, rules))));
    await timed('apply', () => state.apply(shop.id, fresh.facts, fresh.visitors));
    seenCache.add(fresh);
    if (round % ATTRIBUTE_EVERY === ATTRIBUTE_EVERY - 1)
      await timed('attribute', () => state.dirtyTargets(shop.id));
  }
  await timed('attribute', () => state.dirtyTargets(shop.id));
  await state.close();
  const { size: bytes } = statSync(join(stateDir, 'analytics.db'));
  rmSync(stateDir, { recursive: true });
  return {
    visitors,
    events,
    applySeconds: spentMs.apply / 1000,
    attributeSeconds: spentMs.attribute / 1000,
    bytes,
  };
}

if (import.meta.main) {
  serveParent(growState);
  process.send?.({ ready: true });
}
