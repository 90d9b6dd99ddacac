/** Bounds memory when senders choose the keys: past it the window that began first is forgotten. */
const MAX_KEYS = 100_000;

/**
 * Adds an amount to what the key has used in its window. An amount that would exceed the limit is not added.
 *
 * @returns 0 when it was added; else the milliseconds until the window ends.
 */
export type WindowLimit = (key: string, amount: number) => number;

/** At most `limit` of an amount for each key in a window that begins with the key's first amount. Kept in memory. */
export function createWindowLimit(limit: number, windowMs: number, nowMs: () => number): WindowLimit {
  /** In the order of their beginnings. */
  const windows = new Map<string, { sinceMs: number; used: number }>();
  const isOver = (sinceMs: number, now: number) => Math.abs(now - sinceMs) >= windowMs;
  return (key, amount) => {
    const now = nowMs();
    for (const [known, { sinceMs }] of windows) {
      if (!isOver(sinceMs, now) && windows.size <= MAX_KEYS) break;
      windows.delete(known);
    }
    const known = windows.get(key);
    // The system clock may have been set back meanwhile, so that the order of the beginnings is not that of the times.
    const current = known && !isOver(known.sinceMs, now) ? known : { sinceMs: now, used: 0 };
    if (current !== known) {
      windows.delete(key);
      windows.set(key, current);
    }
    if (current.used + amount > limit) return Math.max(1, current.sinceMs + windowMs - now);
    current.used += amount;
    return 0;
  };
}
