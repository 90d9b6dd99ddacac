import type { Clock } from '../lib/clock.ts';

/** What one process does for all of them; per shop where a shop follows. */
export type Job =
  | 'retention'
  | 'redactions'
  | 'unconfirmed-orders'
  | 'watchdog'
  | 'hourly-counts'
  | 'search-index'
  | `order-polling:${string}`
  | `reports:${string}`
  | `token-renewal:${string}`;

/** A job that this process has, until it ends or stands still for longer than others wait. */
export interface Claim {
  job: Job;
  /** Fencing number: grows when another process takes the job over. What is written under an earlier one is refused. */
  fence: number;
  /** When a run last ended, whichever process did it, epoch ms; undefined: none did, or this process alone has the store. */
  ranAtMs?: number;
}

/** Who does which job. */
export interface Jobs {
  /** Undefined: another process has the job. */
  claimJob(job: Job): Promise<Claim | undefined>;
  /** A run of the job has ended. */
  finishJob(claim: Claim): Promise<void>;
  /** Calls when a process that may have had jobs runs no more. */
  onJobsFree(listener: () => void): () => void;
}

/** Of a process that has the store to itself. */
export const EVERY_JOB: Jobs = {
  claimJob: async (job) => ({ job, fence: 0 }),
  finishJob: async () => {},
  onJobsFree: () => () => {},
};

/**
 * Runs a job, where this process has it: at once, or when it is due by the end of its last run in any process, and again
 * `intervalMs` after each run has ended.
 *
 * @param onError called with whatever `work` throws; the next run takes place all the same.
 * @returns stops; resolves when the current run, if any, has ended.
 */
export function runJob(
  { log, clock }: { log: Jobs; clock: Clock },
  job: Job,
  intervalMs: number,
  work: (signal: AbortSignal, claim: Claim) => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  let freed = new AbortController();
  const unsubscribe = log.onJobsFree(() => freed.abort());

  /** Resolves with the time until the next turn. */
  async function turn(): Promise<number> {
    const claim = await log.claimJob(job);
    if (!claim) return intervalMs;
    const { ranAtMs = Number.NEGATIVE_INFINITY } = claim;
    const waitMs = Math.min(ranAtMs + intervalMs - clock.now(), intervalMs);
    if (waitMs > 0) return waitMs;
    try {
      await work(stopping.signal, claim);
    } finally {
      await log.finishJob(claim);
    }
    return intervalMs;
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      freed = new AbortController();
      const waitMs = await turn().catch((error) => {
        onError(error);
        return intervalMs;
      });
      await clock.sleep(waitMs, AbortSignal.any([stopping.signal, freed.signal]));
    }
  }
  const running = run();
  return () => {
    stopping.abort();
    unsubscribe();
    return running;
  };
}
