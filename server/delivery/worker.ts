import { z } from 'zod';
import type { Destination } from '../destinations/destination.ts';
import { createRateLimiters } from '../lib/rate-limiter.ts';
import type { Delivery } from '../store/event-log.ts';
import { createBreaker } from './breaker.ts';
import { createOnce } from './once.ts';
import { createIdentifies } from './order.ts';
import type { Shared, WorkerParts } from './parts.ts';
import { prepareRound, sendRound } from './round.ts';

export interface Worker {
  readonly consumer: string;
  readonly shop: string;
  readonly destination: Destination;
  state(): 'closed' | 'open' | 'paused';
  /** Resolves when the requests under way have been answered and settled. What was not sent stays in the log. */
  stop(): Promise<void>;
}

const IDLE_MAX_MS = 30_000;
const AFTER_TROUBLE_MS = 1_000;
/** With a request's time-out this stays below the log's lease, so that nothing is given out a second time meanwhile. */
const ROUND_MAX_MS = 40_000;

/**
 * Takes events for one destination of one shop and delivers them, at the destination's own pace, until stopped.
 *
 * What is taken at once is a round. Each round has one request in the air at a time, and as many rounds are under way
 * as requests may be: while some wait for answers, the next is taken, mapped and written.
 */
export function startWorker(parts: WorkerParts): Worker {
  const { consumer, shop, destination, log, clock, logger } = parts;
  const { limits } = destination;
  const stopping = new AbortController();
  const breaker = createBreaker();
  const identifies = createIdentifies();
  const { rateLimiterFor = createRateLimiters(clock) } = parts;
  const rateLimiter = rateLimiterFor(
    consumer,
    limits.requestsPerSecond,
    limits.burst ?? limits.requestsPerSecond,
  );
  const shared: Shared = {
    ...parts,
    destination: { ...destination, payload: z.compile(destination.payload) },
    breaker,
    identifies,
    noteOnce: createOnce(destination, parts.ledger, consumer),
    rateLimiter: () => rateLimiter(stopping.signal),
    isStopping: () => stopping.signal.aborted,
  };

  const rounds = new Set<Promise<void>>();
  let hasNewEvents = false;
  /** A round ended since the last take: what it put back may be due sooner than anything known then. */
  let hasEnded = false;
  let endIdle = () => {};
  const unsubscribe = log.onAppended(() => {
    hasNewEvents = true;
    endIdle();
  });

  /** Prepares what was taken and starts to deliver it, so that rounds begin in the order of their takes. */
  async function begin(deliveries: readonly Delivery[]): Promise<void> {
    const round = { ...shared, openings: breaker.openings(), endsAtMs: clock.now() + ROUND_MAX_MS };
    const prepared = await prepareRound(round, deliveries);
    if (!destination.waitsForIdentify) return launch(() => sendRound(round, prepared));
    const { now, later } = identifies.begin(prepared);
    const before = [...rounds];
    launch(async () => {
      try {
        await sendRound(round, now);
        if (later.length === 0) return;
        await Promise.all(before);
        await sendRound(round, later);
      } finally {
        identifies.end(prepared);
      }
    });
  }

  function launch(deliver: () => Promise<void>): void {
    const round = runAgainstTrouble(deliver).finally(() => {
      rounds.delete(round);
      hasEnded = true;
      endIdle();
    });
    rounds.add(round);
  }

  /** Never rejects. After a failure of our own (the ledger's disk is full) it takes a moment, so that nothing spins. */
  async function runAgainstTrouble(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (stopping.signal.aborted) return;
      logger.error({ consumer, error: String(error) }, 'worker stumbled; trying again');
      await clock.sleep(AFTER_TROUBLE_MS, stopping.signal);
    }
  }

  /**
   * While the breaker is open: the oldest event alone, due or not. If it seems to be what the API stumbles over, its
   * growing wait lets others go before it.
   */
  async function takeProbe(): Promise<Delivery[]> {
    if (breaker.suspectsEvent()) {
      const due = await log.lease(consumer, 1);
      if (due.length > 0) return due;
    }
    await log.requeueNow(consumer);
    return log.lease(consumer, 1);
  }

  /** One event, with nothing else in the air: what was there when the breaker opened is waited for first. */
  async function probe(): Promise<void> {
    await Promise.all(rounds);
    if (stopping.signal.aborted || breaker.waitMs(clock.now()) > 0) return;
    hasEnded = false;
    const deliveries = await takeProbe();
    if (deliveries.length === 0) return idle();
    await begin(deliveries);
    await Promise.all(rounds);
    if (breaker.state() !== 'closed') return;
    logger.info({ consumer }, 'destination answers again');
    await log.requeueNow(consumer);
  }

  /** Until something may be due, then a little longer, for company. */
  async function idle(): Promise<void> {
    if (!hasNewEvents) {
      const dueMs = await log.nextDueMs(consumer);
      const ms = dueMs === undefined ? IDLE_MAX_MS : Math.min(Math.max(dueMs - clock.now(), 0), IDLE_MAX_MS);
      const woken = new AbortController();
      endIdle = () => woken.abort();
      if (!hasNewEvents && !hasEnded) await clock.sleep(ms, AbortSignal.any([woken.signal, stopping.signal]));
      endIdle = () => {};
    }
    if (hasNewEvents && limits.maxWaitMs > 0) await clock.sleep(limits.maxWaitMs, stopping.signal);
    hasNewEvents = false;
  }

  async function step(): Promise<void> {
    const waitMs = breaker.waitMs(clock.now());
    if (waitMs > 0) return clock.sleep(waitMs, stopping.signal);
    if (breaker.state() !== 'closed') return probe();
    if (rounds.size >= limits.requestsInFlight) return Promise.race(rounds);
    hasEnded = false;
    const room = parts.yieldToIngest.share(limits.maxEvents);
    const deliveries = await log.lease(consumer, room);
    if (deliveries.length > 0) await begin(deliveries);
    // Fewer than asked for: that was all there is for now.
    if (deliveries.length < room) await idle();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) await runAgainstTrouble(step);
    await Promise.all(rounds);
  }

  const running = run();
  return {
    consumer,
    shop,
    destination,
    state: breaker.state,
    async stop() {
      stopping.abort();
      unsubscribe();
      await running;
    },
  };
}
