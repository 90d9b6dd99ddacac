import { HttpError } from './errors.ts';

const WINDOW_MS = 60_000;

/**
 * At most `perMinute` requests of one server key in a minute. Keys come from the configuration, so their number is
 * bounded, and browsers cannot use up a backend's share.
 *
 * @returns throws {HttpError} 429 past the limit.
 */
export function createServerLimit(perMinute: number, nowMs: () => number): (key: string) => void {
  const windows = new Map<string, { sinceMs: number; requests: number }>();
  return (key) => {
    const now = nowMs();
    const known = windows.get(key);
    const isOpen = known !== undefined && Math.abs(now - known.sinceMs) < WINDOW_MS;
    const current = isOpen ? known : { sinceMs: now, requests: 0 };
    windows.set(key, current);
    current.requests++;
    if (current.requests > perMinute)
      throw new HttpError(
        429,
        'too-many-requests',
        `More than ${perMinute} requests per minute with one server key.`,
        { retryAfterSeconds: Math.ceil((current.sinceMs + WINDOW_MS - now) / 1_000) },
      );
  };
}
