import type { Destination } from '../destinations/destination.ts';
import type { Delivery } from '../log/event-log.ts';
import { createBreaker } from './breaker.ts';
import { createIdentifies } from './order.ts';
import { createPace } from './pace.ts';
import type { WorkerParts } from './parts.ts';
import { deliverRound } from './round.ts';

export interface Worker {
  readonly consumer: string;
  readonly shop: string;
  readonly destination: Destination;
  state(): 'closed' | 'open' | 'paused';
  /** Resolves when the request under way has been answered and settled. What was not sent stays in the log. */
  stop(): Promise<void>;
}

const IDLE_MAX_MS = 30_000;
const AFTER_TROUBLE_MS = 1_000;

/** Takes events for one destination of one shop and delivers them, at the destination's own pace, until stopped. */
export function startWorker(parts: WorkerParts): Worker {
  const { consumer, shop, destination, log, clock, logger } = parts;
  const { limits } = destination;
  const stopping = new AbortController();
  const breaker = createBreaker();
  const identifies = createIdentifies();
  const paceOf = createPace(limits.requestsPerSecond, limits.burst ?? limits.requestsPerSecond, clock);
  const round = {
    ...parts,
    breaker,
    identifies,
    pace: () => paceOf(stopping.signal),
    isStopping: () => stopping.signal.aborted,
  };

  let hasNews = false;
  let endIdle = () => {};
  const unsubscribe = log.onAppended(() => {
    hasNews = true;
    endIdle();
  });

  /**
   * While the breaker is open: the oldest event alone, due or not. If it seems to be what the API stumbles over, its
   * growing wait lets others go before it.
   */
  async function takeProbe(): Promise<Delivery[]> {
    if (breaker.suspectsEvent()) {
      const due = await log.take(consumer, 1);
      if (due.length > 0) return due;
    }
    await log.wake(consumer);
    return log.take(consumer, 1);
  }

  async function idle(): Promise<void> {
    if (!hasNews) {
      const dueMs = await log.nextDueMs(consumer);
      const ms = dueMs === undefined ? IDLE_MAX_MS : Math.min(Math.max(dueMs - clock.now(), 0), IDLE_MAX_MS);
      const woken = new AbortController();
      endIdle = () => woken.abort();
      if (!hasNews) await clock.sleep(ms, AbortSignal.any([woken.signal, stopping.signal]));
      endIdle = () => {};
    }
    if (hasNews && limits.maxWaitMs > 0) await clock.sleep(limits.maxWaitMs, stopping.signal);
    hasNews = false;
  }

  async function step(): Promise<void> {
    const waitMs = breaker.waitMs(clock.now());
    if (waitMs > 0) return clock.sleep(waitMs, stopping.signal);
    const isProbe = breaker.state() !== 'closed';
    const deliveries = await (isProbe ? takeProbe() : log.take(consumer, limits.maxEvents));
    if (deliveries.length === 0) return idle();
    await deliverRound(round, deliveries);
    if (isProbe && breaker.state() === 'closed') {
      logger.info({ consumer }, 'destination answers again');
      await log.wake(consumer);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ consumer, error: String(error) }, 'worker stumbled; trying again');
        await clock.sleep(AFTER_TROUBLE_MS, stopping.signal);
      }
    }
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
