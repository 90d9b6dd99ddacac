import type { Delivery } from '../store/store.ts';
import { createFilling } from './filling.ts';
import type { RoundParts, SharedParts } from './parts.ts';
import type { Ready } from './prepare.ts';
import { batchLimits, prepareLeased, sendRound } from './round.ts';

/** The rounds of one worker that are in flight, each with one request at a time, and what waits for the next. */
export interface Rounds {
  /**
   * Prepares leased events and settles those that no request will carry; the others wait for `launch`. Call it in lease
   * order.
   */
  fill(deliveries: readonly Delivery[]): Promise<void>;
  /**
   * Starts a round for each full request, and for events that have waited `limits.maxBatchDelayMs`, while there is
   * capacity.
   *
   * @param all for every other event that waits, too.
   */
  launch(all: boolean): void;
  /** How long until what waits is sent in any case, in ms; undefined while nothing waits. */
  waitMs(): number | undefined;
  /** Puts back what waits, because the worker stops or the breaker opened. */
  putBack(): void;
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
  const { destination, settings, breaker, clock, identifies } = parts;
  const { maxBatchDelayMs, requestsInFlight } = destination.limits;
  const limits = batchLimits(parts);
  const filling = createFilling(limits);
  const inFlight = new Set<Promise<void>>();
  /** The breaker's `openings` when the first event that waits was leased. */
  let openings = breaker.openings();

  function run(work: () => Promise<void>): void {
    const round = work()
      .catch(recover)
      .finally(() => {
        inFlight.delete(round);
        onEnded();
      });
    inFlight.add(round);
  }

  function start(ready: readonly Ready[]): void {
    const leasedAtMs = ready.map((one) => one.leasedAtMs).reduce((a, b) => Math.min(a, b), clock.now());
    const round = { ...parts, openings, endsAtMs: leasedAtMs + ROUND_MAX_MS };
    if (destination.waitsForIdentify) startInOrder(round, ready);
    else run(() => sendRound(round, ready, limits));
  }

  /** Events behind an identify in flight are sent once the rounds before this one have ended. */
  function startInOrder(round: RoundParts, ready: readonly Ready[]): void {
    const { now, blocked } = identifies.begin(ready);
    const earlier = [...inFlight];
    run(async () => {
      try {
        await sendRound(round, now, limits);
        if (blocked.length === 0) return;
        await Promise.all(earlier);
        await sendRound(round, blocked, limits);
      } finally {
        identifies.end(ready);
      }
    });
  }

  function startAll(): void {
    const ready = filling.removeAll();
    if (ready.length > 0) start(ready);
  }

  const hasCapacity = () => inFlight.size < requestsInFlight;
  const allEnded = async () => void (await Promise.all(inFlight));
  const waitMs = () => {
    const sinceMs = filling.sinceMs();
    if (sinceMs === undefined) return undefined;
    return Math.min(Math.max(sinceMs + maxBatchDelayMs - clock.now(), 0), maxBatchDelayMs);
  };

  return {
    async fill(deliveries) {
      // What an event refers to may wait here, and has its id at the API once it is sent.
      const refers = ({ event }: Delivery) => destination.refersTo?.(event, settings) !== undefined;
      if (filling.sinceMs() !== undefined && deliveries.some(refers)) {
        startAll();
        await allEnded();
      }
      if (filling.sinceMs() === undefined) openings = breaker.openings();
      filling.add(await prepareLeased(parts, deliveries, limits));
    },
    launch(all) {
      for (let full: Ready[] | undefined; hasCapacity(); start(full)) {
        full = filling.removeFull();
        if (full) continue;
        if (all || waitMs() === 0) startAll();
        return;
      }
    },
    waitMs,
    putBack: startAll,
    hasCapacity,
    oneEnded: () => Promise.race(inFlight),
    allEnded,
  };
}
