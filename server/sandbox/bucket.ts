/** A leaky bucket: `burst` requests at once, then `perSecond`. The clock in milliseconds is handed in. */
export interface Bucket {
  /** Takes one place; false when there is none. A refused request takes none. */
  take(): boolean;
  reset(): void;
}

export function createBucket(burst: number, perSecond: number, clock: () => number): Bucket {
  let used = 0;
  let seenMs = clock();
  return {
    take() {
      const nowMs = clock();
      used = Math.max(0, used - (Math.max(0, nowMs - seenMs) / 1000) * perSecond);
      seenMs = nowMs;
      if (used + 1 > burst) return false;
      used += 1;
      return true;
    },
    reset() {
      used = 0;
    },
  };
}
