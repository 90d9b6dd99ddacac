/** Time as a part: handed in, so that a test can own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Whole milliseconds that pass as on a stopwatch, whatever is done to the system's clock; near to `now` as it was when
   * the process began. Absent where `now` is never set.
   */
  steady?(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
