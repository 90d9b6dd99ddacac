import type { Delivery } from '../store/store.ts';
import type { SharedParts } from './parts.ts';
import type { Prepared } from './prepare.ts';
import { prepareRound, sendRound } from './round.ts';

/** The rounds of one worker that are in flight, each with one request at a time. */
export interface Rounds {
  /** Prepares leased events and starts to send them; resolves once they are prepared. Call it in lease order. */
  start(deliveries: readonly Delivery[]): Promise<void>;
  hasCapacity(): boolean;
  oneEnded(): Promise<void>;
  allEnded(): Promise<void>;
}

/** With the request timeout of 15 s this stays below the lease of 60 s, so that no event is leased twice meanwhile. */
const ROUND_MAX_MS = 40_000;

/**
 * @param recover called with the error of a round; the round ends when it resolves.
 * @param onEnded called after each round.
 */
export function createRounds(
  parts: SharedParts,
  recover: (error: unknown) => Promise<void>,
  onEnded: () => void,
): Rounds {
  const { destination, breaker, clock, identifies } = parts;
  const inFlight = new Set<Promise<void>>();

  function launch(work: () => Promise<void>): void {
    const round = work()
      .catch(recover)
      .finally(() => {
        inFlight.delete(round);
        onEnded();
      });
    inFlight.add(round);
  }

  const newRound = () => ({
    ...parts,
    openings: breaker.openings(),
    endsAtMs: clock.now() + ROUND_MAX_MS,
  });
  type Round = ReturnType<typeof newRound>;

  /** Events behind an identify in flight are sent once the rounds before this one have ended. */
  function launchInOrder(round: Round, prepared: readonly Prepared[]): void {
    const { now, blocked } = identifies.begin(prepared);
    const earlier = [...inFlight];
    launch(async () => {
      try {
        await sendRound(round, now);
        if (blocked.length === 0) return;
        await Promise.all(earlier);
        await sendRound(round, blocked);
      } finally {
        identifies.end(prepared);
      }
    });
  }

  return {
    async start(deliveries) {
      const round = newRound();
      const prepared = await prepareRound(round, deliveries);
      if (destination.waitsForIdentify) launchInOrder(round, prepared);
      else launch(() => sendRound(round, prepared));
    },
    hasCapacity: () => inFlight.size < destination.limits.requestsInFlight,
    oneEnded: () => Promise.race(inFlight),
    async allEnded() {
      await Promise.all(inFlight);
    },
  };
}
