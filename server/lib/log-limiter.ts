const MINUTE_MS = 60_000;
/** Bounds both memory and the number of lines per minute when the keys are chosen by a hostile sender. */
const MAX_KEYS = 100;

/**
 * Limits log lines to one in each interval for each key, and to 100 keys in all.
 *
 * @param intervalMs default a minute.
 * @returns true when the line for this key may be written now.
 */
export function createLogLimiter(nowMs: () => number, intervalMs = MINUTE_MS): (key: string) => boolean {
  /** In the order of their times. */
  const loggedAtMs = new Map<string, number>();
  return (key) => {
    const now = nowMs();
    for (const [known, atMs] of loggedAtMs) {
      if (Math.abs(now - atMs) < intervalMs) break;
      loggedAtMs.delete(known);
    }
    if (loggedAtMs.has(key) || loggedAtMs.size >= MAX_KEYS) return false;
    loggedAtMs.set(key, now);
    return true;
  };
}
