export type BreakerState = 'closed' | 'open' | 'paused';

/**
 * Limits requests to a failing destination. Three failed requests in a row open it; from then on one probe every 5 s
 * is allowed until one succeeds. A rejected token or permission pauses it at once, with a probe every minute.
 *
 * Requests that are in flight when it opens report the past: their senders compare `openings` and do not call
 * `succeeded` or `failed` with such results.
 */
export interface Breaker {
  state(): BreakerState;
  /** How many times it has left `closed`. */
  openings(): number;
  /** Milliseconds until the next request is allowed; 0 means now. */
  waitMs(nowMs: number): number;
  succeeded(): void;
  /** @param isServerFailure the API was reached and failed, so the cause may be the event it was sent. */
  failed(nowMs: number, isServerFailure: boolean): void;
  accessRejected(nowMs: number): void;
  /** True after six server failures without a success: the next probe should carry another event. */
  suspectsEvent(): boolean;
  /** No request before this time, as the API asked. It counts as no failure, and no success cancels it. */
  pauseUntil(untilMs: number): void;
}

const FAILURES_TO_OPEN = 3;
const PROBE_INTERVAL_MS = 5_000;
const PAUSED_PROBE_INTERVAL_MS = 60_000;
const SERVER_FAILURES_TO_SUSPECT = 6;

export function createBreaker(): Breaker {
  let state: BreakerState = 'closed';
  let failures = 0;
  let serverFailures = 0;
  let openings = 0;
  let nextProbeMs = 0;
  let pausedUntilMs = 0;
  let lastSeenMs = 0;
  /** When the clock is set back, both times move with it, so that no wait becomes longer. */
  const followClock = (nowMs: number) => {
    const backMs = Math.max(0, lastSeenMs - nowMs);
    nextProbeMs -= backMs;
    pausedUntilMs -= backMs;
    lastSeenMs = nowMs;
  };
  const leaveClosed = (next: BreakerState, probeMs: number) => {
    if (state === 'closed') openings++;
    state = next;
    nextProbeMs = probeMs;
  };
  return {
    state: () => state,
    openings: () => openings,
    waitMs(nowMs) {
      followClock(nowMs);
      return Math.max(0, nextProbeMs - nowMs, pausedUntilMs - nowMs);
    },
    succeeded() {
      failures = 0;
      serverFailures = 0;
      state = 'closed';
      nextProbeMs = 0;
    },
    failed(nowMs, isServerFailure) {
      failures++;
      if (isServerFailure) serverFailures++;
      if (failures >= FAILURES_TO_OPEN || state !== 'closed') leaveClosed('open', nowMs + PROBE_INTERVAL_MS);
    },
    accessRejected: (nowMs) => leaveClosed('paused', nowMs + PAUSED_PROBE_INTERVAL_MS),
    suspectsEvent: () => serverFailures >= SERVER_FAILURES_TO_SUSPECT,
    pauseUntil(untilMs) {
      pausedUntilMs = Math.max(pausedUntilMs, untilMs);
    },
  };
}
