import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { type Counting, startCounting } from '../analytics/counting.ts';
import type { AnalyticsStore, Synced } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { EventLog } from '../store/event-log.ts';
import { type Reporting, type ReportingParts, startReporting } from './shopline/reports/reporting.ts';

type Totals = Awaited<ReturnType<Counting['totals']>>;

/** Counting and reporting together, as the operator's routes and the demo use them. */
export interface Statistics extends Pick<Reporting, 'sync'>, Pick<Counting, 'caughtUp'> {
  /** Counts what is stored by now, then returns everything known of a shop. */
  totals(shop: string): Promise<Totals & { synced: Synced[] }>;
  stop(): Promise<void>;
}

export interface StatisticsParts extends Pick<ReportingParts, 'apiOf'> {
  /** The shops whose events are counted. */
  shops: readonly Shop[];
  log: EventLog;
  state: AnalyticsStore;
  /** Between two reports. */
  syncMs: number;
  redact: (shop: Shop, event: ProtectedEvent) => Promise<void>;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  counters: Counters;
  logger: Logger;
}

/** Counts the events of each shop, and reports the totals of those with access to SHOPLINE's Admin API. */
export function startStatistics(parts: StatisticsParts): Statistics {
  const { state, syncMs } = parts;
  const counting = startCounting(parts);
  const { caughtUp } = counting;
  const reporting = startReporting({ ...parts, caughtUp, intervalMs: syncMs });
  return {
    caughtUp,
    sync: reporting.sync,
    totals: async (shop) => ({ ...(await counting.totals(shop)), synced: await state.synced(shop) }),
    async stop() {
      await Promise.all([counting.stop(), reporting.stop()]);
    },
  };
}
