export const HOUR_MS = 3_600_000;
export const DAY_HOURS = 24;
const BASELINE_DAYS = 7;
/** Fewer days are no baseline. */
const LEAST_DAYS = 5;

/** Counts by hour: `counts[i]` is of the hour `fromHour + i`; hours are numbered since 1970. Elsewhere it is zero. */
export interface Hours {
  fromHour: number;
  counts: readonly number[];
}

/** The hour a time belongs to. @param ms epoch ms. */
export const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);

/** Of the hours from `from` until before `to`. */
export function sumHours({ fromHour, counts }: Hours, from: number, to: number): number {
  let sum = 0;
  const end = Math.min(to - fromHour, counts.length);
  for (let i = Math.max(from - fromHour, 0); i < end; i++) sum += counts[i] ?? 0;
  return sum;
}

/** Both, hour by hour. */
export function addHours(a: Hours, b: Hours): Hours {
  const fromHour = Math.min(a.fromHour, b.fromHour);
  const toHour = Math.max(a.fromHour + a.counts.length, b.fromHour + b.counts.length);
  const at = ({ fromHour: from, counts }: Hours, hour: number) => counts[hour - from] ?? 0;
  const counts = Array.from(
    { length: toHour - fromHour },
    (_, i) => at(a, fromHour + i) + at(b, fromHour + i),
  );
  return { fromHour, counts };
}

/** The first hour that is not zero; undefined where all are. */
export function firstHour({ fromHour, counts }: Hours): number | undefined {
  const index = counts.findIndex((count) => count > 0);
  return index === -1 ? undefined : fromHour + index;
}

/** Some hours at the end of what is known, and what came before them. */
export interface Window {
  /** The first hour after it. */
  toHour: number;
  length: number;
  /** The baseline ends before this hour: an incident that is open is no part of it. At most `toHour`. */
  beforeHour: number;
  /** The first hour of which anything is known. */
  sinceHour: number;
}

/** What the hours of a window were in the past. `weekday`: on the same day of a week before. */
export interface Past {
  sums: number[];
  weekday: number | undefined;
}

/**
 * What the same hours held on each of seven days before. Windows of a day and more are compared with whole days before them,
 * each as if it were as long as the span.
 *
 * @returns undefined when fewer than five days are known.
 */
export function pastOf(hours: Hours, span: Window): Past | undefined {
  const past = span.length < DAY_HOURS ? sameHours(hours, span) : wholeDays(hours, span);
  return past.sums.length < LEAST_DAYS ? undefined : past;
}

function sameHours(hours: Hours, { toHour, length, beforeHour, sinceHour }: Window): Past {
  const nearest = Math.max(1, Math.ceil((toHour - beforeHour) / DAY_HOURS));
  const past: Past = { sums: [], weekday: undefined };
  for (let days = nearest; days < nearest + BASELINE_DAYS; days++) {
    const to = toHour - days * DAY_HOURS;
    if (to - length < sinceHour) break;
    const sum = sumHours(hours, to - length, to);
    past.sums.push(sum);
    if (days % 7 === 0) past.weekday = sum;
  }
  return past;
}

function wholeDays(hours: Hours, { toHour, length, beforeHour, sinceHour }: Window): Past {
  const sums: number[] = [];
  const end = Math.min(beforeHour, toHour - length);
  for (let to = end; to > end - BASELINE_DAYS * DAY_HOURS && to - DAY_HOURS >= sinceHour; to -= DAY_HOURS)
    sums.push((sumHours(hours, to - DAY_HOURS, to) * length) / DAY_HOURS);
  return { sums, weekday: undefined };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const medianOf = (values: readonly number[]) => sorted(values)[Math.floor((values.length - 1) / 2)] ?? 0;

/**
 * What a quiet but ordinary day would hold: the median of the days, or the same weekday where that held less. Single peaks
 * (campaigns) do not raise it. Where there is little to count the mean, whose error is smaller; peaks count at most twice
 * the median in it.
 */
export function typicalOf({ sums, weekday }: Past): number {
  const median = medianOf(sums);
  const mean = meanOf(sums.map((sum) => Math.min(sum, Math.max(2 * median, 1))));
  const typical = median < 50 ? mean : median;
  return weekday === undefined ? typical : Math.min(typical, weekday);
}

/** What a busy but ordinary day would hold: the second highest, so that one bad day hides no other. */
export const busyOf = ({ sums }: Past): number => sorted(sums).at(-2) ?? 0;
