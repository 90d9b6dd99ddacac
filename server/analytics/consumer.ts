import type { Clock } from '../lib/clock.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import { mapInChunks } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { type Delivery, LogUnavailable, type Store } from '../store/store.ts';
import { msUntilDue } from '../store/waiting.ts';
import type { EventFacts } from './event.ts';
import type { Facts } from './facts.ts';
import { gather, readDelivery } from './gather.ts';
import type { FactRules } from './read-facts.ts';
import { createSeenCache } from './seen-cache.ts';
import type { AnalyticsStore } from './store.ts';

export interface ConsumerParts {
  shop: string;
  /** The consumer's name in the event log. */
  consumer: string;
  log: Store;
  state: Pick<AnalyticsStore, 'apply'>;
  rules: FactRules;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  counters: Counters;
  logger: Logger;
}

export interface Consumer {
  /** Resolves when every event stored before the call is counted, at the latest after 30 s or when the consumer stops. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Events of one round, which are held in memory together. */
const ROUND = 500;
/** Events that arrive one by one are collected this long and counted in one transaction. */
const MAX_BATCH_DELAY_MS = 50;
const RETRY_MS = 1_000;
const CATCH_UP_TIMEOUT_MS = 30_000;
const CATCH_UP_POLL_MS = 20;
/** Rows that retention or an erasure deleted are written again at the latest after this time. */
const SEEN_CACHE_MS = 10 * 60_000;

/**
 * Counts a shop's events: leases them, reads their facts, stores the facts, and acknowledges. Interrupted batches are
 * redelivered; storing their facts again is idempotent.
 */
export function startConsumer(parts: ConsumerParts): Consumer {
  const { shop, consumer, log, state, rules, clock, yieldToIngest, counters, logger } = parts;
  const stopping = new AbortController();
  const seenCache = createSeenCache();
  let clearCacheAtMs = 0;
  let endIdle = () => {};
  let hasNewEvents = false;
  const onNewEvents = () => {
    hasNewEvents = true;
    endIdle();
  };
  const unsubscribe = log.onAppended(onNewEvents, shop);

  /** Storing the facts of one round overlaps with leasing and reading the next. */
  let storing = Promise.resolve();

  async function round(): Promise<void> {
    const deliveries = await log.lease(consumer, yieldToIngest.share(ROUND));
    if (deliveries.length === 0) return idle();
    const read = await mapInChunks(deliveries, (delivery) => readDelivery(delivery, rules), yieldToIngest);
    await storing;
    storing = storeRound(deliveries, read);
    if (!hasNewEvents && deliveries.length < ROUND) await idle();
  }

  /** Never rejects. */
  async function storeRound(
    deliveries: readonly Delivery[],
    read: readonly (EventFacts | undefined)[],
  ): Promise<void> {
    try {
      await count(deliveries, read);
    } catch (error) {
      logger.error({ consumer, error: String(error) }, 'counting failed; retrying in 1s');
      if (error instanceof LogUnavailable) return putBack(deliveries);
      // The round holds an event that cannot be counted; the others are counted one by one.
      if (deliveries.length > 1)
        for (const [index, delivery] of deliveries.entries()) await storeRound([delivery], [read[index]]);
      else deliveries[0]?.deadLetter('mapping-failed', String(error));
    }
  }

  async function putBack(deliveries: readonly Delivery[]): Promise<void> {
    for (const { retry } of deliveries) retry(RETRY_MS, 'deferred');
    await clock.sleep(RETRY_MS, stopping.signal);
    onNewEvents();
  }

  async function count(
    deliveries: readonly Delivery[],
    read: readonly (EventFacts | undefined)[],
  ): Promise<void> {
    const found = read.filter((facts) => facts !== undefined);
    if (clock.now() > clearCacheAtMs) {
      seenCache.clear();
      clearCacheAtMs = clock.now() + SEEN_CACHE_MS;
    }
    const fresh = seenCache.only(gather(found));
    let tooMany = 0;
    if (hasAny(fresh.facts) || fresh.visitors.length > 0)
      tooMany = await state.apply(shop, fresh.facts, fresh.visitors);
    seenCache.add(fresh);
    for (const { ack } of deliveries) ack();
    if (tooMany > 0) counters.count('statistics_left_out', { shop, reason: 'too-many' }, tooMany);
    for (const reason of found.flatMap(({ leftOut = [] }) => leftOut))
      counters.count('statistics_left_out', { shop, reason });
  }

  async function idle(): Promise<void> {
    if (!hasNewEvents) {
      const woken = new AbortController();
      endIdle = () => woken.abort();
      const ms = msUntilDue(await log.nextDueMs(consumer), clock.now());
      if (!hasNewEvents) await clock.sleep(ms, AbortSignal.any([woken.signal, stopping.signal]));
      endIdle = () => {};
    }
    if (hasNewEvents) await clock.sleep(MAX_BATCH_DELAY_MS, stopping.signal);
    hasNewEvents = false;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted)
      try {
        await round();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ consumer, error: String(error) }, 'counting failed; retrying in 1s');
        await clock.sleep(RETRY_MS, stopping.signal);
      }
  }

  const running = run();
  return {
    async caughtUp() {
      const untilMs = performance.now() + CATCH_UP_TIMEOUT_MS;
      const askedAtMs = clock.now();
      while (!stopping.signal.aborted && performance.now() < untilMs) {
        const sinceAskedMs = clock.now() - askedAtMs;
        const { waiting, oldestAgeMs } = await log.depth(consumer);
        // A busy shop always has events waiting; those received after the call do not count.
        if (waiting === 0 || oldestAgeMs < sinceAskedMs) return;
        await new Promise((resolve) => setTimeout(resolve, CATCH_UP_POLL_MS));
      }
    },
    async stop() {
      stopping.abort();
      unsubscribe();
      await running;
      await storing;
    },
  };
}

const hasAny = (facts: Facts) => Object.values(facts).some((list: unknown[]) => list.length > 0);
