import type { AnalyticsStore } from '../../../analytics/store.ts';
import type { Shop } from '../../../config/config.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Counters } from '../../../observe/counters.ts';
import type { Logger } from '../../../observe/log.ts';
import { type Jobs, runJob } from '../../../store/jobs.ts';
import type { SyncReport } from '../../sync-report.ts';
import type { AdminApi } from '../admin/api.ts';
import { createSync } from './sync.ts';

export interface ReportingParts {
  log: Jobs;
  shops: readonly Shop[];
  /** Awaited before each report, so that it holds everything stored until then. */
  caughtUp: (shop: string) => Promise<void>;
  state: AnalyticsStore;
  /** The Admin API of a shop; undefined for a shop without access to it, which is not reported. */
  apiOf: (shop: string) => AdminApi | undefined;
  /** Between two reports. */
  intervalMs: number;
  clock: Clock;
  counters: Counters;
  logger: Logger;
}

/** Reports each shop's statistics to SHOPLINE, periodically. */
export interface Reporting {
  /** Reports what changed. One report of a shop at a time. `shop` undefined: every shop. */
  sync(shop?: string): Promise<SyncReport[]>;
  stop(): Promise<void>;
}

export function startReporting(parts: ReportingParts): Reporting {
  const { shops, caughtUp, state, apiOf, intervalMs, clock, counters, logger } = parts;
  const reports = new Map(
    shops.flatMap((shop) => {
      const api = apiOf(shop.id);
      if (!api || !shop.shopline) return [];
      const sync = createSync({ shop, admin: shop.shopline, api, state, clock, counters, logger });
      return [[shop.id, sync.run] as const];
    }),
  );
  const report = async (shop: string) => {
    await caughtUp(shop);
    return reports.get(shop)?.();
  };
  const stops = [...reports.keys()].map((shop) =>
    runJob(
      parts,
      `reports:${shop}`,
      intervalMs,
      () => report(shop),
      (error) =>
        logger.error({ shop, error: String(error) }, 'statistics could not be reported; trying again later'),
    ),
  );
  return {
    async sync(shop) {
      const wanted = shops.filter(({ id }) => shop === undefined || id === shop);
      const results = await Promise.all(wanted.map(({ id }) => report(id)));
      return results.filter((result) => result !== undefined);
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
