import type { DeadLetterReason } from '../../shared/reasons.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observe/log.ts';

/** Log lines about one destination's dead letters, at most one a minute for each reason. */
export interface DeadLetterLog {
  /** @param answer the API's words, or ours where the event was not sent. */
  record(reason: DeadLetterReason, answer: string): void;
}

const INTERVAL_MS = 60_000;

/**
 * The first dead letter of a reason is logged at once, together with those recorded in the same turn. Those of the
 * minute that follows are counted and share one line at its end, with the last answer.
 *
 * @param parts `stopping` ends the minute early: what is counted by then is logged at once.
 */
export function createDeadLetterLog(parts: {
  shop: string;
  destination: string;
  logger: Logger;
  clock: Clock;
  stopping: AbortSignal;
}): DeadLetterLog {
  const { shop, destination, logger, clock, stopping } = parts;
  const unlogged = new Map<DeadLetterReason, { count: number; answer: string }>();
  const active = new Set<DeadLetterReason>();

  async function logWhileRecorded(reason: DeadLetterReason): Promise<void> {
    await Promise.resolve();
    for (let found = unlogged.get(reason); found; found = unlogged.get(reason)) {
      unlogged.delete(reason);
      logger.warn({ shop, destination, reason, ...found }, 'events moved to dead letters');
      await clock.sleep(INTERVAL_MS, stopping);
    }
    active.delete(reason);
  }

  return {
    record(reason, answer) {
      unlogged.set(reason, { count: (unlogged.get(reason)?.count ?? 0) + 1, answer });
      if (active.has(reason)) return;
      active.add(reason);
      void logWhileRecorded(reason);
    },
  };
}
