import { type Clock, systemClock } from '../../server/lib/clock.ts';

/**
 * Time that runs so many times as fast, sleeps included: for tests with real sockets, which wait for no clock that
 * stands still. What sockets themselves wait for keeps its real length.
 */
export function createFastClock(speed: number): Clock {
  const startMs = Date.now();
  const startedAt = performance.now();
  return {
    now: () => Math.floor(startMs + (performance.now() - startedAt) * speed),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}
