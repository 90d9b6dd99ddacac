import type { Clock } from './clock.ts';

/**
 * Runs `work` at once, then again `intervalMs` after each run has ended.
 *
 * @param isMine asked before each run, which is left out unless it resolves to true: another process does it.
 * @param onError called with whatever `work` throws; the next run takes place all the same.
 * @returns stops; resolves when the current run, if any, has ended.
 */
export function runPeriodically(
  clock: Clock,
  intervalMs: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
  isMine: () => Promise<boolean> = async () => true,
): () => Promise<void> {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (await isMine()) await work(stopping.signal);
      } catch (error) {
        onError(error);
      }
      await clock.sleep(intervalMs, stopping.signal);
    }
  };
  const running = run();
  return () => {
    stopping.abort();
    return running;
  };
}
