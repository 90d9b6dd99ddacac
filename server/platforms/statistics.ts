import type { Counting } from '../analytics/counting.ts';
import type { AnalyticsStore, Synced } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { RunningPlatform } from './platform.ts';
import type { SyncReport } from './sync-report.ts';

type Totals = Awaited<ReturnType<Counting['totals']>>;

/** Counting and reporting together, as the operator's routes and the demo use them. */
export interface Statistics {
  /** Counts what is stored by now, then reports what changed. `shop` undefined: every shop. */
  sync(shop?: string): Promise<SyncReport[]>;
  /** Counts what is stored by now, then returns everything known of a shop. */
  totals(shop: string): Promise<Totals & { synced: Synced[] }>;
  /** Resolves when every event of a shop stored before the call is counted, at the latest after 30 s. */
  caughtUp(shop: string): Promise<void>;
}

export function createStatistics(parts: {
  shops: readonly Shop[];
  state: Pick<AnalyticsStore, 'synced'>;
  counting: Counting;
  running: readonly RunningPlatform[];
}): Statistics {
  const { shops, state, counting, running } = parts;
  const { caughtUp } = counting;
  return {
    caughtUp,
    async sync(shop) {
      const wanted = shops.filter(({ id }) => shop === undefined || id === shop);
      const [reports] = await Promise.all([
        Promise.all(running.map((platform) => platform.sync(shop))),
        Promise.all(wanted.map(({ id }) => caughtUp(id))),
      ]);
      return reports.flat();
    },
    totals: async (shop) => ({ ...(await counting.totals(shop)), synced: await state.synced(shop) }),
  };
}
