import type { Clock } from '../../lib/clock.ts';

/** Between two readings: webhooks of many orders share the next one. */
const PAUSE_MS = 10_000;

export interface ReadSoon {
  /** Reads what changed since this time, epoch ms: at once, or after the reading under way and a pause. */
  ask(fromMs: number): void;
  stop(): Promise<void>;
}

/**
 * Readings on demand, one at a time. One that fails is not repeated.
 *
 * @param onError called with whatever `read` throws.
 */
export function createReadSoon(
  read: (fromMs: number, signal: AbortSignal) => Promise<void>,
  clock: Clock,
  onError: (error: unknown) => void,
): ReadSoon {
  const stopping = new AbortController();
  let askedMs: number | undefined;
  let running: Promise<void> | undefined;
  async function run(): Promise<void> {
    while (askedMs !== undefined && !stopping.signal.aborted) {
      const fromMs = askedMs;
      askedMs = undefined;
      await read(fromMs, stopping.signal).catch(onError);
      await clock.sleep(PAUSE_MS, stopping.signal);
    }
    running = undefined;
  }
  return {
    ask(fromMs) {
      askedMs = Math.min(askedMs ?? fromMs, fromMs);
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
