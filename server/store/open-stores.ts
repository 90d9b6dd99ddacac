import type { Clock } from '../lib/clock.ts';
import type { FollowingClock } from '../lib/following-clock.ts';
import { remember } from '../lib/remember.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import { LOG_SCHEMA, type LogOptions, openLog } from './open.ts';
import { openPostgresSearch } from './postgres/search.ts';
import type { Search } from './search.ts';
import { openSqliteSearch, type SearchEngine, type SearchWatch } from './sqlite/search/engine.ts';
import type { LogWatch, Store } from './store.ts';

interface StoreOptions extends Pick<LogOptions, 'consumers' | 'shops'> {
  watch: LogWatch;
  searchWatch: SearchWatch;
  config: Pick<LogOptions, 'dataDir' | 'retentionMs' | 'historyMs'> & { databaseUrl: string | undefined };
  clock: Clock & Partial<Pick<FollowingClock, 'follow'>>;
  yieldToIngest: YieldToIngest;
}

/** A check commits a row: probes of load balancers, scrapes and open consoles share one. */
const CHECK_MS = 2_000;

export interface Stores {
  log: Store;
  search: Search;
}

/**
 * Opens the store, in a data directory or on PostgreSQL, and the search beside it; shutdown closes both, the search first. What
 * is erased from the store leaves the search before the erasure resolves.
 *
 * @throws {DataDirUnusable} with what the operator has to change. The search never fails a start.
 */
export async function openStores(
  { clock, yieldToIngest, searchWatch, config, ...options }: StoreOptions,
  shutdown: Shutdown,
): Promise<Stores> {
  const { dataDir, databaseUrl, retentionMs, historyMs } = config;
  const log = await openLog({
    ...options,
    dataDir,
    ...(databaseUrl !== undefined && { databaseUrl }),
    retentionMs,
    ...(historyMs !== undefined && { historyMs }),
    clock: clock.now,
    ...(clock.steady && { steady: clock.steady }),
    ...(clock.follow && { follow: clock.follow }),
  });
  shutdown.onShutdown(() => log.close());
  const { consumers } = options;
  const common = { yieldToIngest, watch: searchWatch };
  const search =
    databaseUrl === undefined
      ? openSqliteSearch({ dataDir, consumers, ...common })
      : openPostgresSearch(
          { url: databaseUrl, schema: LOG_SCHEMA, consumers },
          { claimJob: log.claimJob, ...common },
        );
  log.onAppended(search.nudge);
  log.onSettled(search.nudge);
  shutdown.onShutdown(() => search.close());
  const check = remember(log.check, CHECK_MS, clock.steady ?? clock.now);
  return { log: { ...withSearch(log, search, clock.now), check }, search };
}

/** Erasures and retention reach the search, too. */
export function withSearch(log: Store, search: SearchEngine, now: () => number): Store {
  return {
    ...log,
    async erase(shop, query) {
      const erased = await log.erase(shop, query);
      const { ids, browsers = [], candidates = [], orders = [] } = query;
      const asked = [...ids, ...browsers, ...candidates, ...orders];
      const found = [...erased.userIds, ...erased.browsers, ...erased.orders, ...erased.messageIds];
      await search.forget(shop, [...new Set([...asked, ...found])]);
      return erased;
    },
    async purge(shop) {
      const removed = await log.purge(shop);
      await search.purge(shop);
      return removed;
    },
    async retain() {
      const removed = await log.retain();
      search.nudge();
      // Without it the hourly retention goes on; the search reports what fails by itself.
      await search.retain(now()).catch(() => {});
      return removed;
    },
  };
}
