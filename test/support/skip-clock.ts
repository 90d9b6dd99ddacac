import type { Clock } from '../../server/lib/clock.ts';

export interface SkipClock extends Clock {
  /** Sets time forward; sleepers whose time has come by then wake at once. */
  skip(ms: number): void;
}

/** Real time, parts of which can be left out: a window of minutes ends when a test has sent all that belongs in it. */
export function createSkipClock(): SkipClock {
  let skippedMs = 0;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  const now = () => Date.now() + skippedMs;
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          clearTimeout(timer);
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { untilMs: now() + ms, wake };
        const timer = setTimeout(wake, ms);
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    skip(ms) {
      skippedMs += ms;
      for (const { untilMs, wake } of [...sleepers]) if (untilMs <= now()) wake();
    },
  };
}
