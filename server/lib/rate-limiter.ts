import type { Clock } from './clock.ts';

/** Resolves when the next request is allowed, or at once when `signal` aborts. */
export type RateLimiter = (signal: AbortSignal) => Promise<void>;

/** The rate limiter of this name. The first call for a name sets its rate; later ones share it. */
export type RateLimiterFor = (name: string, perSecond: number, burst: number) => RateLimiter;

/** Rate limiters by name, for limits that several callers share. */
export function createRateLimiters(clock: Clock): RateLimiterFor {
  const byName = new Map<string, RateLimiter>();
  return (name, perSecond, burst) => {
    const rateLimiter = byName.get(name) ?? createRateLimiter(perSecond, burst, clock);
    byName.set(name, rateLimiter);
    return rateLimiter;
  };
}

/** A token bucket: `burst` requests at once, then `perSecond`. Callers are served in order. */
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
