import type { Clock } from '../../../lib/clock.ts';
import type { Token } from './token.ts';

const INITIAL_BACKOFF_MS = 5_000;
const MAX_BACKOFF_MS = 5 * 60_000;
/** A token younger than this is not renewed when it is refused: the refusal has another cause. */
const MIN_AGE_MS = 60_000;
const RENEW_AT_SHARE = 0.8;

/** One app's token, renewed before it expires. */
export interface Renewal {
  token(): Token;
  /**
   * Renews it now; concurrent calls share one renewal.
   *
   * @returns false when the renewal failed, or the last attempt was too recent for another.
   */
  renew(): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Renews a token after four fifths of its lifetime, and retries until that succeeds; until then the old token stays in
 * use.
 *
 * @param random 0 ≤ random < 1.
 * @param onRenewed called with every new token before it is used.
 * @param onError called with the reason of every failed attempt.
 */
export function startRenewal(parts: {
  first: Token;
  fetchNew: () => Promise<Token>;
  onRenewed: (token: Token) => void;
  onError: (error: unknown) => void;
  clock: Clock;
  random: () => number;
}): Renewal {
  const { first, fetchNew, onRenewed, onError, clock, random } = parts;
  const stopping = new AbortController();
  let token = first;
  let failures = 0;
  let notBeforeMs = 0;
  /** A monotonic clock, so that setting back the system time delays no renewal. */
  const monotonicMs = () => clock.steady?.() ?? clock.now();
  let dueMs = monotonicMs() + first.issuedAtMs + lifetimeMs(first) * RENEW_AT_SHARE - clock.now();
  let inFlight: Promise<boolean> | undefined;

  async function tryOnce(): Promise<boolean> {
    try {
      const next = await fetchNew();
      onRenewed(next);
      token = next;
      failures = 0;
      notBeforeMs = monotonicMs() + MIN_AGE_MS;
      // Counted from its arrival: SHOPLINE's clock and ours may differ.
      dueMs = monotonicMs() + lifetimeMs(next) * RENEW_AT_SHARE;
      return true;
    } catch (error) {
      const ceilingMs = Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** Math.min(failures++, 10));
      notBeforeMs = monotonicMs() + Math.ceil(ceilingMs * (0.5 + random() / 2));
      dueMs = Math.max(dueMs, notBeforeMs);
      onError(error);
      return false;
    }
  }
  function renew(): Promise<boolean> {
    if (inFlight) return inFlight;
    if (stopping.signal.aborted || monotonicMs() < notBeforeMs) return Promise.resolve(false);
    inFlight = tryOnce().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = Math.max(dueMs, notBeforeMs) - monotonicMs();
      if (waitMs > 0) await clock.sleep(waitMs, stopping.signal);
      else await renew();
    }
  }

  const running = run();
  return {
    token: () => token,
    renew,
    async stop() {
      stopping.abort();
      await running;
      await inFlight;
    },
  };
}

const lifetimeMs = ({ issuedAtMs, expiresAtMs }: Token) => expiresAtMs - issuedAtMs;
