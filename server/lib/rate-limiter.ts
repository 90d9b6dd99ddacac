import type { Clock } from './clock.ts';

/** Resolves when the next request may go, or at once when `signal` aborts. */
export type Pace = (signal: AbortSignal) => Promise<void>;

/** The pace of whoever is named: what shares a name shares a pace, the one that was asked for first. */
export type PaceOf = (name: string, perSecond: number, burst: number) => Pace;

/** Paces by name, for limits that several callers share. */
export function createPaces(clock: Clock): PaceOf {
  const paces = new Map<string, Pace>();
  return (name, perSecond, burst) => {
    const pace = paces.get(name) ?? createPace(perSecond, burst, clock);
    paces.set(name, pace);
    return pace;
  };
}

/** A leaky bucket: `burst` requests may go at once, then `perSecond`. */
export function createPace(perSecond: number, burst: number, clock: Clock): Pace {
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
