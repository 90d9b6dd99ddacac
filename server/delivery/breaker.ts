export type BreakerState = 'closed' | 'open' | 'paused';

/**
 * Keeps a failing destination from being hammered: after three failed requests in a row it opens, and only a probe
 * every 5 s gets through until one succeeds. A refusal that waiting cannot mend (token, permission) pauses it at
 * once, with a probe every minute.
 *
 * Several requests may be in the air when it opens. What comes back of them tells how things were, not how they are:
 * a late success does not close it, a late failure is no probe. Their senders see it by `openings`.
 */
export interface Breaker {
  state(): BreakerState;
  /** How often it has left `closed`. */
  openings(): number;
  /** Milliseconds until the next request may go; 0: now. */
  waitMs(nowMs: number): number;
  succeeded(): void;
  /** @param mayBeTheEvent the API was reached and stumbled: perhaps over what it was sent. */
  failed(nowMs: number, mayBeTheEvent: boolean): void;
  paused(nowMs: number): void;
  /** True when so many probes made the API stumble that the next should carry another event. */
  suspectsEvent(): boolean;
  /** The API asked for quiet until then. Its word, not a failure; no success takes it back. */
  quietUntil(untilMs: number): void;
}

const FAILURES_TO_OPEN = 3;
const PROBE_EVERY_MS = 5_000;
const PAUSED_PROBE_EVERY_MS = 60_000;
const STUMBLES_TO_SUSPECT = 6;

export function createBreaker(): Breaker {
  let failures = 0;
  let stumbles = 0;
  let openings = 0;
  let state: BreakerState = 'closed';
  let probeMs = 0;
  let quietMs = 0;
  let seenMs = 0;
  /** When the clock was set back, what was to come is no further away than before. */
  const follow = (nowMs: number) => {
    const backMs = Math.max(0, seenMs - nowMs);
    probeMs -= backMs;
    quietMs -= backMs;
    seenMs = nowMs;
  };
  const stop = (next: BreakerState, untilMs: number) => {
    if (state === 'closed') openings++;
    state = next;
    probeMs = untilMs;
  };
  return {
    state: () => state,
    openings: () => openings,
    waitMs(nowMs) {
      follow(nowMs);
      return Math.max(0, probeMs - nowMs, quietMs - nowMs);
    },
    succeeded() {
      failures = 0;
      stumbles = 0;
      state = 'closed';
      probeMs = 0;
    },
    failed(nowMs, mayBeTheEvent) {
      failures++;
      if (mayBeTheEvent) stumbles++;
      if (failures >= FAILURES_TO_OPEN || state !== 'closed') stop('open', nowMs + PROBE_EVERY_MS);
    },
    suspectsEvent: () => stumbles >= STUMBLES_TO_SUSPECT,
    paused: (nowMs) => stop('paused', nowMs + PAUSED_PROBE_EVERY_MS),
    quietUntil(untilMs) {
      quietMs = Math.max(quietMs, untilMs);
    },
  };
}
