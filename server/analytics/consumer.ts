import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { Clock } from '../lib/clock.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import { mapInChunks } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { type Delivery, type EventLog, LogUnavailable } from '../store/event-log.ts';
import type { EventFacts } from './event.ts';
import type { Facts } from './facts.ts';
import { gather, readDelivery } from './gather.ts';
import type { FactRules } from './read-facts.ts';
import { createSeenCache } from './seen-cache.ts';
import type { AnalyticsStore } from './store.ts';

export interface ConsumerParts {
  shop: string;
  /** Names it in the log. */
  consumer: string;
  log: EventLog;
  state: Pick<AnalyticsStore, 'apply'>;
  rules: FactRules;
  /** Carries out what a redaction asks for, after everything before it was counted. */
  redact: (event: ProtectedEvent) => Promise<void>;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  counters: Counters;
  logger: Logger;
}

export interface Consumer {
  /** Resolves when everything stored before the call is counted, or after half a minute, or when it stops. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Facts cost little to keep together, and a larger round would hold too many events in memory. */
const ROUND = 500;
const IDLE_MS = 30_000;
/** What is stored one by one is counted together. */
const COMPANY_MS = 50;
const AFTER_TROUBLE_MS = 1_000;
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 20;
/** What retention or an erasure took from state is told again after that. */
const REMEMBER_MS = 10 * 60_000;

/**
 * Counts what is stored: takes events, reads their facts, keeps them, and only then lets the events go. Whatever is cut
 * short comes again, and says nothing new.
 */
export function startConsumer(parts: ConsumerParts): Consumer {
  const { shop, consumer, log, state, rules, redact, clock, yieldToIngest, counters, logger } = parts;
  const stopping = new AbortController();
  const seenCache = createSeenCache();
  let forgetAtMs = 0;
  let wake = () => {};
  let hasNewEvents = false;
  const noteNews = () => {
    hasNewEvents = true;
    wake();
  };
  const unsubscribe = log.onAppended(noteNews);

  /** What was taken last is kept while the next is taken and read. */
  let keeping = Promise.resolve();

  async function round(): Promise<void> {
    const deliveries = await log.lease(consumer, yieldToIngest.share(ROUND));
    if (deliveries.length === 0) return idle();
    const read = await mapInChunks(deliveries, (delivery) => readDelivery(delivery, rules), yieldToIngest);
    await keeping;
    keeping = keep(deliveries, read);
    if (!hasNewEvents && deliveries.length < ROUND) await idle();
  }

  /** Never rejects. */
  async function keep(
    deliveries: readonly Delivery[],
    read: readonly (EventFacts | undefined)[],
  ): Promise<void> {
    try {
      await count(deliveries, read);
    } catch (error) {
      logger.error({ consumer, error: String(error) }, 'counting stumbled; trying again');
      if (error instanceof LogUnavailable) return putBack(deliveries);
      // One of them is what state stumbles over: the others go on without it.
      if (deliveries.length > 1)
        for (const [index, delivery] of deliveries.entries()) await keep([delivery], [read[index]]);
      else deliveries[0]?.deadLetter('mapping-failed', String(error));
    }
  }

  async function putBack(deliveries: readonly Delivery[]): Promise<void> {
    for (const { retry } of deliveries) retry(AFTER_TROUBLE_MS, 'deferred');
    await clock.sleep(AFTER_TROUBLE_MS, stopping.signal);
    noteNews();
  }

  async function count(
    deliveries: readonly Delivery[],
    read: readonly (EventFacts | undefined)[],
  ): Promise<void> {
    const found = read.filter((facts) => facts !== undefined);
    if (clock.now() > forgetAtMs) {
      seenCache.forget();
      forgetAtMs = clock.now() + REMEMBER_MS;
    }
    const fresh = seenCache.only(gather(found));
    if (hasAny(fresh.facts) || fresh.visitors.length > 0)
      await state.apply(shop, fresh.facts, fresh.visitors);
    seenCache.known(fresh);
    for (const { event } of deliveries)
      if (isRedaction(event)) {
        await redact(event);
        seenCache.forget();
      }
    for (const { ack } of deliveries) ack();
    for (const reason of found.flatMap(({ leftOut = [] }) => leftOut))
      counters.count('statistics_left_out', { shop, reason });
  }

  async function idle(): Promise<void> {
    if (!hasNewEvents) {
      const woken = new AbortController();
      wake = () => woken.abort();
      const dueMs = await log.nextDueMs(consumer);
      const ms = dueMs === undefined ? IDLE_MS : Math.min(Math.max(dueMs - clock.now(), 0), IDLE_MS);
      if (!hasNewEvents) await clock.sleep(ms, AbortSignal.any([woken.signal, stopping.signal]));
      wake = () => {};
    }
    if (hasNewEvents) await clock.sleep(COMPANY_MS, stopping.signal);
    hasNewEvents = false;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted)
      try {
        await round();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ consumer, error: String(error) }, 'counting stumbled; trying again');
        await clock.sleep(AFTER_TROUBLE_MS, stopping.signal);
      }
  }

  const running = run();
  return {
    async caughtUp() {
      const untilMs = performance.now() + PATIENCE_MS;
      const askedAtMs = clock.now();
      while (!stopping.signal.aborted && performance.now() < untilMs) {
        const sinceAskedMs = clock.now() - askedAtMs;
        const { waiting, oldestAgeMs } = await log.depth(consumer);
        // At a busy shop something always waits: what was received after the question is not asked for.
        if (waiting === 0 || oldestAgeMs < sinceAskedMs) return;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    async stop() {
      stopping.abort();
      unsubscribe();
      await running;
      await keeping;
    },
  };
}

/** What a shop's platform asks to forget; the webhooks store it like any event. */
const REDACTIONS: ReadonlySet<string> = new Set(['Customer Redacted', 'Shop Redacted']);
export const isRedaction = ({ source, event }: ProtectedEvent): boolean =>
  source === 'platform' && REDACTIONS.has(event ?? '');

const hasAny = (facts: Facts) => Object.values(facts).some((list: unknown[]) => list.length > 0);
