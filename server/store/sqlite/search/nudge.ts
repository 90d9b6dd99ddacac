/** Runs a loop again that waits for work, at most once in an interval. */
export function createNudge() {
  let isNudged = false;
  let endWait = () => {};
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  return {
    now(): void {
      isNudged = true;
      endWait();
    },
    sleep,
    /** Resolves after a nudge, also one from before the call, and not before `intervalMs` have passed. */
    async wait(intervalMs: number, signal: AbortSignal): Promise<void> {
      await sleep(intervalMs, signal);
      while (!isNudged && !signal.aborted)
        await new Promise<void>((resolve) => {
          endWait = resolve;
        });
      isNudged = false;
    },
  };
}
