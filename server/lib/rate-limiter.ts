import type { Clock } from './clock.ts';

/** Resolves when the next request may go, or at once when `signal` aborts. */
export type RateLimiter = (signal: AbortSignal) => Promise<void>;

/** The pace of whoever is named: what shares a name shares a pace, the one that was asked for first. */
export type RateLimiterFor = (name: string, perSecond: number, burst: number) => RateLimiter;

/** Paces by name, for limits that several callers share. */
export function createRateLimiters(clock: Clock): RateLimiterFor {
  const paces = new Map<string, RateLimiter>();
  return (name, perSecond, burst) => {
    const rateLimiter = paces.get(name) ?? createRateLimiter(perSecond, burst, clock);
    paces.set(name, rateLimiter);
    return rateLimiter;
  };
}

/** A leaky bucket: `burst` requests may go at once, then `perSecond`. */
export function createRateLimiter(perSecond: number, burst: number, clock: Clock): RateLimiter {
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
