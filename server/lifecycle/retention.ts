import type { AnalyticsStore } from '../analytics/store.ts';
import type { Clock } from '../lib/clock.ts';
import { runPeriodically } from '../lib/periodic.ts';
import type { Logger } from '../observe/log.ts';
import type { Store } from '../store/store.ts';

export interface RetainParts {
  log: Store;
  /** Absent when no shop is counted. */
  state: Pick<AnalyticsStore, 'retain'> | undefined;
  retentionMs: number;
  clock: Clock;
  logger: Logger;
}

const HOUR_MS = 3_600_000;

/**
 * Removes events past their retention, now and every hour: first from the analytics store, whose counts stay, then from
 * the event log.
 */
export function retainHourly(parts: RetainParts): { stop: () => Promise<void> } {
  const { log, state, retentionMs, clock, logger } = parts;
  const retain = async () => {
    await state?.retain(clock.now(), retentionMs);
    const removed = await log.retain();
    if (removed > 0) logger.info({ removed }, 'events past their retention removed');
  };
  const onError = (error: unknown) =>
    logger.error({ error: String(error) }, 'retention failed; trying again in an hour');
  return { stop: runPeriodically(clock, HOUR_MS, retain, onError) };
}
