const DAY_MS = 86_400_000;

/**
 * When a day begins and ends in an IANA time zone, epoch ms. Where clocks are set, it has 23 or 25 hours.
 *
 * @param day `2026-03-01`.
 * @throws {RangeError} for a day or a time zone that there is not.
 */
export function dayBounds(day: string, timeZone: string): { fromMs: number; toMs: number } {
  const utcMs = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(utcMs)) throw new RangeError(`there is no day ${day}`);
  return { fromMs: midnight(utcMs, timeZone), toMs: midnight(utcMs + DAY_MS, timeZone) };
}

/** The moment at which clocks there show what UTC's show at `utcMs`: where that is skipped, the first one after. */
function midnight(utcMs: number, timeZone: string): number {
  const first = utcMs - offsetMs(utcMs, timeZone);
  const second = utcMs - offsetMs(first, timeZone);
  return offsetMs(second, timeZone) === utcMs - second ? second : Math.max(first, second);
}

function offsetMs(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const parts = Object.fromEntries(
    format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
