import { createLogLimiter } from '../lib/log-limiter.ts';
import type { Counters } from './counters.ts';
import type { Logger } from './log.ts';

const HOUR_MS = 3_600_000;

/** Counts and logs what the event log reports about itself. */
export const watchLog = (
  counters: Counters,
  logger: Logger,
  mayLogClock = createLogLimiter(() => performance.now(), HOUR_MS),
) => ({
  committed: (seconds: number) => counters.time('commit', seconds, {}),
  appended: (bytes: number) => counters.count('appended_bytes', {}, bytes),
  consentsRefused: (count: number) => counters.count('consent_records_refused', {}, count),
  upgrading: (step: string, done: number) =>
    logger.info({ step, done }, 'upgrading the data directory of an earlier version'),
  gapFound: (range: object) =>
    logger.error({ ...range }, 'events stored earlier are missing: the event log was damaged'),
  highWaterMarkLost: () =>
    logger.warn({}, 'store.mark is missing or damaged: lost events cannot be detected'),
  clockDiffers(aheadMs: number) {
    if (!mayLogClock('')) return;
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    logger.warn(
      { seconds },
      `the clock of this machine is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the database, which all collectors go by; have NTP set both`,
    );
  },
});

/** Logs what the search reports about its index. */
export const watchSearch = (logger: Logger) => ({
  rebuilding: (reason: string) => logger.info({ reason }, 'the search index is being built'),
  failed: (error: string) => logger.error({ error }, 'the search index cannot be written; trying again'),
});
