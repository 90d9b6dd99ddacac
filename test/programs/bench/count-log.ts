import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startConsumer } from '../../../server/analytics/consumer.ts';
import { factRules } from '../../../server/analytics/counting.ts';
import { openAnalyticsStore } from '../../../server/analytics/open.ts';
import type { AnalyticsStore } from '../../../server/analytics/store.ts';
import { systemClock } from '../../../server/lib/clock.ts';
import { createYieldToIngest } from '../../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../../server/observe/counters.ts';
import { openLog } from '../../../server/store/open.ts';
import { type FillLog, logOptions } from './fill-log.ts';
import { serveParent } from './launch.ts';
import { benchShop } from './shop-events.ts';
import { readUsage } from './usage.ts';

/** Counts a filled log once for each of some of its consumers, each time into state of its own. */
export interface CountLog extends Pick<FillLog, 'dataDir' | 'consumers'> {
  counting: readonly string[];
}

export interface Counted {
  countSeconds: number;
  attributeSeconds: number;
  /** CPU time meanwhile: of the thread that takes and reads events, and of all three. */
  mainMs: number;
  allMs: number;
  landings: number;
  /** Things that happened to messages. */
  reports: number;
}

const LOOK_MS = 20;

export async function countLog(options: CountLog): Promise<{ runs: Counted[] }> {
  const log = await openLog(logOptions(options));
  const shop = benchShop();
  const runs: Counted[] = [];
  for (const consumer of options.counting) {
    const stateDir = mkdtempSync(join(options.dataDir, 'state-'));
    const state = await openAnalyticsStore({ dataDir: stateDir, databaseUrl: undefined }, [shop]);
    const before = readUsage(process.pid);
    const startedMs = performance.now();
    const counting = startConsumer({
      shop: shop.id,
      consumer,
      log,
      state,
      rules: factRules(shop),
      clock: systemClock,
      yieldToIngest: createYieldToIngest(() => 0),
      counters: createCounters(),
      logger: LOUD,
    });
    while ((await log.depth(consumer)).waiting > 0) await systemClock.sleep(LOOK_MS);
    const countedMs = performance.now();
    await state.dirtyTargets(shop.id);
    const settledMs = performance.now();
    const after = readUsage(process.pid);
    runs.push({
      countSeconds: (countedMs - startedMs) / 1000,
      attributeSeconds: (settledMs - countedMs) / 1000,
      mainMs: after.mainMs - before.mainMs,
      allMs: after.allMs - before.allMs,
      ...(await read(state, shop.id)),
    });
    await counting.stop();
    await state.close();
    rmSync(stateDir, { recursive: true });
  }
  await log.close();
  return { runs };
}

/** What can be held against what was in the log. */
async function read(state: AnalyticsStore, shop: string): Promise<Pick<Counted, 'landings' | 'reports'>> {
  const ids = (prefix: string, targets: readonly string[]) =>
    targets.filter((target) => target.startsWith(prefix)).map((target) => target.slice(prefix.length));
  const targets = await state.targets(shop);
  const marketing = await state.marketingTotals(shop, ids('marketing:', targets));
  const flows = await state.flowTotals(shop, ids('flow:', targets));
  return {
    landings: sum(marketing.map(({ landings }) => landings)),
    reports: sum(flows.map(({ messages: { attempted: _, ...happened } }) => sum(Object.values(happened)))),
  };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** An error fails the run. */
const fail = (facts: object, words: string) => {
  throw new Error(`${words}: ${JSON.stringify(facts)}`);
};
const LOUD = { debug() {}, info() {}, warn: fail, error: fail };

if (import.meta.main) {
  serveParent(countLog);
  process.send?.({ ready: true });
}
