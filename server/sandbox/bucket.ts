/** A leaky bucket: `burst` requests at once, then `perSecond`. `clock` returns milliseconds. */
export interface Bucket {
  /** True when a request is allowed; a refused request does not count. */
  acquire(): boolean;
  reset(): void;
}

export function createBucket(burst: number, perSecond: number, clock: () => number): Bucket {
  let used = 0;
  let seenMs = clock();
  return {
    acquire() {
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
