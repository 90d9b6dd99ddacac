import type { Wait } from '../destinations/destination.ts';

const FIRST_MS = 1_000;
const MAX_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/**
 * How long an event waits before its next attempt, in milliseconds: full jitter under a ceiling that doubles from 1 s
 * to 5 min.
 *
 * @param attempt 1 after the first failure.
 * @param random 0 ≤ random < 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 30)));
}

/** The wait an outcome names, in milliseconds from now; 0 when it names none. */
export function waitMs(wait: Wait | undefined, nowMs: number): number {
  if (wait === undefined) return 0;
  return wait === 'until-midnight-utc' ? DAY_MS - (nowMs % DAY_MS) : wait.ms;
}

/**
 * `Retry-After` in milliseconds from now: seconds, or an HTTP date. Absent, unreadable or past: 0. At most a day.
 *
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), DAY_MS) : 0;
}
