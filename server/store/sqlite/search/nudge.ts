/** Runs a loop again that waits for work, some time after there is any. */
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
    /**
     * Resolves `delayMs` after a nudge, also after one from before the call: what it is about comes in twos and threes. What a
     * nudge during the delay is about may not be committed at its end: the next call counts it.
     */
    async wait(delayMs: number, signal: AbortSignal): Promise<void> {
      while (!isNudged && !signal.aborted)
        await new Promise<void>((resolve) => {
          endWait = resolve;
        });
      isNudged = false;
      await sleep(delayMs, signal);
    },
  };
}
