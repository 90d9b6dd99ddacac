import { HttpError } from '../../http/errors.ts';

const DAY_MS = 86_400_000;

/** @throws {HttpError} 400 for a name that is no IANA time zone. */
export function checkTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new HttpError(400, 'malformed-body', 'The request is invalid.', {
      details: ['timeZone: expected an IANA name such as Asia/Taipei'],
    });
  }
}

/** The time zone of a country all of whose zones have one time; UTC for a country with several. */
export function timeZoneOf(country: string, nowMs: number): string {
  // TypeScript's library does not know it yet.
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    getTimeZones?: () => string[] | undefined;
  };
  const zones = locale.getTimeZones?.() ?? [];
  const hours = new Set(zones.map((timeZone) => localTime(nowMs, timeZone)));
  return hours.size === 1 ? (zones[0] ?? 'UTC') : 'UTC';
}

const localTime = (ms: number, timeZone: string) =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(ms);

/** The day before, as `2026-11-28`. */
export const yesterday = (nowMs: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(nowMs - DAY_MS);
