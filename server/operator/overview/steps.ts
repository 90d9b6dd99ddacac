const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Sums by minute are kept for two days; the last minutes of them may be leaving. */
const MINUTES_KEPT_MS = 2 * DAY_MS - HOUR_MS;
const MAX_POINTS = 1_500;
const CHOSEN_POINTS = 180;
const STEPS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS];

/**
 * The step of a series: the asked one, made larger where there would be too many points, and whole hours where the
 * minutes are not kept any more.
 */
export function stepOf(fromMs: number, toMs: number, askedMs: number | undefined, nowMs: number): number {
  const least = fromMs < nowMs - MINUTES_KEPT_MS ? HOUR_MS : MINUTE_MS;
  const rangeMs = Math.max(toMs - fromMs, MINUTE_MS);
  const wanted = askedMs ?? STEPS_MS.find((stepMs) => rangeMs / stepMs <= CHOSEN_POINTS) ?? DAY_MS;
  const enough = Math.max(wanted, Math.ceil(rangeMs / MAX_POINTS), least);
  return Math.ceil(enough / least) * least;
}
