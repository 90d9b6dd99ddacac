import type { Clock } from '../clock.ts';

/**
 * A leaky bucket: `burst` requests may go at once, then `perSecond`. Resolves when the next one may go, or at once
 * when `signal` aborts.
 */
export function createPace(
  perSecond: number,
  burst: number,
  clock: Clock,
): (signal: AbortSignal) => Promise<void> {
  let tokens = burst;
  let filledAtMs = clock.now();
  return async (signal) => {
    const nowMs = clock.now();
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - filledAtMs) * perSecond) / 1_000);
    filledAtMs = nowMs;
    tokens -= 1;
    if (tokens < 0) await clock.sleep(Math.ceil((-tokens * 1_000) / perSecond), signal);
  };
}
