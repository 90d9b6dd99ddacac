import type { Clock } from '../../../lib/clock.ts';
import type { Token } from './token.ts';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** A token this young is no better than the next: who refuses it means something else. */
const YOUNG_MS = 60_000;
const SHARE_OF_LIFE = 0.8;

/** One app's token, renewed in time. */
export interface Renewal {
  token(): Token;
  /**
   * Renews it now, together with whoever asks meanwhile.
   *
   * @returns false when that failed, or was tried so lately that trying again would only do harm.
   */
  renew(): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Renews a token when four fifths of its life are over, and again and again until that succeeds; the token before stays
 * in use.
 *
 * @param random 0 ≤ random < 1.
 * @param renewed told of every new token, before anyone uses it.
 * @param failed told why there is none.
 */
export function startRenewal(parts: {
  first: Token;
  fetchNew: () => Promise<Token>;
  renewed: (token: Token) => Promise<void>;
  failed: (error: unknown) => void;
  clock: Clock;
  random: () => number;
}): Renewal {
  const { first, fetchNew, renewed, failed, clock, random } = parts;
  const stopping = new AbortController();
  let token = first;
  let failures = 0;
  let notBeforeMs = 0;
  /** What is waited for is measured on a stopwatch, so that a clock set back delays no renewal. */
  const ticks = () => clock.steady?.() ?? clock.now();
  let dueMs = ticks() + first.issuedAtMs + lifeMs(first) * SHARE_OF_LIFE - clock.now();
  let underWay: Promise<boolean> | undefined;

  async function tryOnce(): Promise<boolean> {
    try {
      const next = await fetchNew();
      await renewed(next);
      token = next;
      failures = 0;
      notBeforeMs = ticks() + YOUNG_MS;
      // From when it came: SHOPLINE's clock and ours may differ.
      dueMs = ticks() + lifeMs(next) * SHARE_OF_LIFE;
      return true;
    } catch (error) {
      const ceilingMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures++, 10));
      notBeforeMs = ticks() + Math.ceil(ceilingMs * (0.5 + random() / 2));
      dueMs = Math.max(dueMs, notBeforeMs);
      failed(error);
      return false;
    }
  }
  function renew(): Promise<boolean> {
    if (underWay) return underWay;
    if (stopping.signal.aborted || ticks() < notBeforeMs) return Promise.resolve(false);
    underWay = tryOnce().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = Math.max(dueMs, notBeforeMs) - ticks();
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
      await underWay;
    },
  };
}

const lifeMs = ({ issuedAtMs, expiresAtMs }: Token) => expiresAtMs - issuedAtMs;
