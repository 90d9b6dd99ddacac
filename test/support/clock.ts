import { type Clock, systemClock } from '../../server/lib/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward from one sleeper to the next, so that they resume in order and may sleep again. */
  advance(ms: number): Promise<void>;
}

/** Lets everything that is ready run: promises, messages between threads, sockets. To wait for calls: `idle.ts`. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A clock that stands still until `advance` is called.
 *
 * @param quiet resolves when nothing is under way; by default after some turns of the event loop.
 */
export function createFakeClock(startMs = Date.parse('2026-03-01T00:00:00Z'), quiet = settled): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    now: () => nowMs,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { untilMs: nowMs + ms, wake: () => {} };
        sleeper.wake = () => {
          sleepers.delete(sleeper);
          resolve();
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleeper.wake(), { once: true });
      });
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await quiet();
        const next = [...sleepers].sort((a, b) => a.untilMs - b.untilMs)[0];
        if (!next || next.untilMs > untilMs) break;
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
      }
      nowMs = untilMs;
      await quiet();
    },
  };
}

/** Real time, but `factor` times as fast: what takes a minute takes seconds. */
export function createFastClock(factor: number): Clock {
  const startMs = Date.now();
  return {
    now: () => Math.floor(startMs + (Date.now() - startMs) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
