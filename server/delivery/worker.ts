/**
 * Delivers the events of one shop to one destination. The worker is in one of these states; the rounds it starts are
 * sent beside it, up to `limits.requestsInFlight` of them. A round is started when the leased events fill a request, or
 * have waited `limits.maxBatchDelayMs` for others.
 *
 *   leasing ── fewer events than asked for ──▶ idle      until one is stored or due, or a round ends ──▶ leasing
 *   leasing ── every request slot is used ───▶ waiting   until a round ends ───────────────────────────▶ leasing
 *   any     ── the breaker left `closed` ────▶ paused    until the next probe is allowed ──────────────▶ probing
 *   probing ── the probe succeeded ──────────▶ leasing
 *   probing ── the probe failed ─────────────▶ paused
 *   any     ── stop() ───────────────────────▶ stopping  until the rounds in flight have ended
 */
import { z } from 'zod';
import type { Destination } from '../destinations/destination.ts';
import { createRateLimiters } from '../lib/rate-limiter.ts';
import type { Delivery } from '../store/store.ts';
import { msUntilDue } from '../store/waiting.ts';
import { createBreaker } from './breaker.ts';
import { createDeadLetterLog } from './dead-letter-log.ts';
import { createIdentifies } from './identifies.ts';
import { createReserve } from './once.ts';
import type { SharedParts, WorkerParts } from './parts.ts';
import { createRefusals } from './refusals.ts';
import { createRounds } from './rounds.ts';
import { createWakeUp } from './wake-up.ts';
import { readState, reportState, type WorkerState } from './worker-state.ts';

export interface Worker {
  readonly consumer: string;
  readonly shop: string;
  readonly destination: Destination;
  /** As the collector says that delivers for this consumer: another one than this, perhaps. */
  state(): Promise<WorkerState>;
  /** Resolves when the requests in flight are answered and settled. What was not sent stays in the store. */
  stop(): Promise<void>;
}

type State = 'leasing' | 'idle' | 'waiting' | 'paused' | 'probing';

const ERROR_DELAY_MS = 1_000;

/** Starts a worker. It runs until it is stopped. */
export function startWorker(parts: WorkerParts): Worker {
  const { consumer, shop, destination, log, clock, logger, yieldToIngest } = parts;
  const { limits } = destination;
  const { maxBatchDelayMs } = limits;
  const place = { shop, destination: destination.name };
  const stopping = new AbortController();
  const { signal } = stopping;
  const breaker = createBreaker();
  const refusals = createRefusals(clock.now);
  const wakeUp = createWakeUp(clock, signal);
  const rounds = createRounds(createSharedParts(), recover, () => wakeUp.notify('round-ended'));
  /** When events that were just stored were last leased. */
  let leasedNewMs = Number.NEGATIVE_INFINITY;
  /** What is leased next may wait for others: it may have been stored just now. Retries have waited already. */
  let mayWait = true;
  const unsubscribe = log.onAppended(() => wakeUp.notify('event-stored'), shop);

  function createSharedParts(): SharedParts {
    const { rateLimiterFor = createRateLimiters(clock) } = parts;
    const { requestsPerSecond, burst = requestsPerSecond } = limits;
    const rateKey = destination.rateKey?.(parts.settings) ?? consumer;
    const rateLimiter = rateLimiterFor(rateKey, requestsPerSecond, burst);
    return {
      ...parts,
      destination: { ...destination, payload: z.compile(destination.payload) },
      breaker,
      identifies: createIdentifies(),
      reserve: createReserve(destination, log, consumer),
      deadLetterLog: createDeadLetterLog({ ...place, logger, clock, stopping: signal }),
      refusals,
      rateLimiter: () => rateLimiter(signal),
      isStopping: () => signal.aborted,
    };
  }

  /** After an error of our own (a full disk, for example): waits, so that nothing spins. */
  async function recover(error: unknown): Promise<void> {
    if (signal.aborted) return;
    logger.error({ ...place, error: String(error) }, 'delivery worker failed; retrying in 1s');
    await clock.sleep(ERROR_DELAY_MS, signal);
  }

  /** The state that breaker and request slots allow. */
  function ready(): State {
    if (breaker.waitMs(clock.now()) > 0) return 'paused';
    if (breaker.state() !== 'closed') return 'probing';
    return rounds.hasCapacity() ? 'leasing' : 'waiting';
  }

  /** Each state's work; resolves with the next state. */
  const states: Record<State, () => Promise<State>> = {
    async leasing() {
      const max = yieldToIngest.share(limits.maxEvents);
      wakeUp.clear();
      const deliveries = await log.lease(consumer, max);
      if (deliveries.length > 0) await rounds.fill(deliveries);
      if (deliveries.length === max) {
        rounds.launch(false);
        return ready();
      }
      rounds.launch(!mayWait);
      mayWait = false;
      return 'idle';
    },

    async idle() {
      const waitMs = rounds.waitMs();
      if (waitMs !== undefined) {
        await clock.sleep(waitMs, signal);
        if (wakeUp.has('event-stored')) return ready();
        rounds.launch(true);
        return rounds.waitMs() === undefined ? 'idle' : ready();
      }
      if (!wakeUp.has('event-stored'))
        await wakeUp.sleep(msUntilDue(await log.nextDueMs(consumer), clock.now()));
      if (wakeUp.has('event-stored')) await shareLease();
      return ready();
    },

    async waiting() {
      await rounds.oneEnded();
      rounds.launch(false);
      return ready();
    },

    async paused() {
      rounds.putBack();
      await clock.sleep(breaker.waitMs(clock.now()), signal);
      return ready();
    },

    /** One event, with nothing else in flight. */
    async probing() {
      rounds.putBack();
      await rounds.allEnded();
      if (signal.aborted || breaker.waitMs(clock.now()) > 0) return ready();
      wakeUp.clear();
      const deliveries = await leaseProbe();
      if (deliveries.length === 0) return 'idle';
      await rounds.fill(deliveries);
      rounds.launch(true);
      await rounds.allEnded();
      if (breaker.state() === 'closed') {
        logger.info(place, 'destination recovered');
        await log.requeueNow(consumer);
      }
      return ready();
    },
  };

  /**
   * The oldest event, due or not. If that event seems to be the cause of the failures, the oldest due event instead:
   * its own growing wait lets others go first.
   */
  async function leaseProbe(): Promise<Delivery[]> {
    if (breaker.suspectsEvent()) {
      const due = await log.lease(consumer, 1);
      if (due.length > 0) return due;
    }
    await log.requeueNow(consumer);
    return log.lease(consumer, 1);
  }

  /**
   * Events that were just stored are leased at once, but not more often than every `maxBatchDelayMs`: those in between
   * share a lease, and that was their wait for others.
   */
  async function shareLease(): Promise<void> {
    const sinceMs = Math.max(clock.now() - leasedNewMs, 0);
    mayWait = sinceMs >= maxBatchDelayMs;
    if (!mayWait) await clock.sleep(maxBatchDelayMs - sinceMs, signal);
    leasedNewMs = clock.now();
  }

  async function run(): Promise<void> {
    let state: State = 'leasing';
    while (!signal.aborted) {
      try {
        state = await states[state]();
      } catch (error) {
        await recover(error);
        state = ready();
      }
    }
    rounds.putBack();
    await rounds.allEnded();
  }

  reportState(log, consumer, () => ({ breaker: breaker.state(), ...refusals.state() }));
  const running = run();
  return {
    consumer,
    shop,
    destination,
    state: () => readState(log, consumer),
    async stop() {
      stopping.abort();
      unsubscribe();
      await running;
    },
  };
}
