import type { AnalyticsStore } from '../analytics/store.ts';
import type { Clock } from '../lib/clock.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { type Jobs, runJob } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import { OVERDUE_MS } from '../store/waiting.ts';

export interface RetainParts {
  log: Jobs & Pick<Store, 'depth' | 'expire' | 'retain'>;
  /** Absent when there are no statistics. */
  state: Pick<AnalyticsStore, 'retain'> | undefined;
  /** Every destination of every shop. */
  workers: readonly { consumer: string; shop: string; destination: { name: string } }[];
  retentionMs: number;
  clock: Clock;
  counters: Pick<Counters, 'count'>;
  logger: Logger;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Every hour: moves what waited too long for a destination to its dead letters, logs an error for what waits
 * longer than a week, and removes what is past its retention: first from the analytics store, whose counts stay, then
 * from the event log.
 */
export function retainHourly(parts: RetainParts): { stop: () => Promise<void> } {
  const { log, state, retentionMs, clock, logger } = parts;
  const retain = async () => {
    await expire(parts);
    await state?.retain(clock.now(), retentionMs);
    const removed = await log.retain();
    if (removed > 0) logger.info({ removed }, 'events past their retention removed');
  };
  const onError = (error: unknown) =>
    logger.error({ error: String(error) }, 'retention failed; trying again in an hour');
  return { stop: runJob({ log, clock }, 'retention', HOUR_MS, retain, onError) };
}

async function expire({ log, workers, counters, logger }: RetainParts): Promise<void> {
  const expired = await log.expire();
  for (const { consumer, shop, destination } of workers) {
    const place = { shop, destination: destination.name };
    const count = expired[consumer] ?? 0;
    counters.count('dead_letters', { ...place, reason: 'expired' }, count);
    if (count > 0) logger.warn({ ...place, reason: 'expired', count }, 'events moved to dead letters');
    const { waiting, oldestAgeMs } = await log.depth(consumer);
    if (oldestAgeMs < OVERDUE_MS) continue;
    const oldestDays = Math.floor(oldestAgeMs / DAY_MS);
    logger.error(
      { ...place, waiting, oldestDays },
      'events have waited for more than 7 days; after 28 days they become dead letters',
    );
  }
}
