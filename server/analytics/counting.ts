import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Consumer as LogConsumer, Store } from '../store/store.ts';
import { startConsumer } from './consumer.ts';
import type { FactRules } from './read-facts.ts';
import type { AnalyticsStore } from './store.ts';
import { createTargets } from './targets.ts';
import type { FlowTotals, MarketingTotals } from './totals.ts';

export interface CountingParts {
  /** The shops whose events are counted. */
  shops: readonly Shop[];
  log: Store;
  state: AnalyticsStore;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  counters: Counters;
  logger: Logger;
}

/** The consumers that count each shop's events. */
export interface Counting {
  /** Counts what is stored by now, then returns all totals of a shop; none for a shop that is not counted. */
  totals(shop: string): Promise<{ marketing: MarketingTotals[]; flows: FlowTotals[] }>;
  /** Resolves when every event of a shop stored before the call is counted, at the latest after 30 s. */
  caughtUp(shop: string): Promise<void>;
  stop(): Promise<void>;
}

/** The log's consumers that count. Deliveries that wait for the rest of an order are counted without waiting. */
export const statisticsConsumers = (shops: readonly Shop[]): LogConsumer[] =>
  shops.map(({ id }) => ({
    name: consumerName(id),
    shop: id,
    decryptsPii: false,
    audience: 'statistics' as const,
  }));

export const consumerName = (shop: string) => `statistics@${shop}`;

export const factRules = ({ statistics, currency }: Shop): FactRules => ({
  targets: createTargets(statistics),
  currency,
});

/** Starts one consumer for each shop. */
export function startCounting(parts: CountingParts): Counting {
  const { shops, log, state, clock, yieldToIngest, counters, logger } = parts;
  const consumers = new Map(
    shops.map((shop) => {
      const consumer = startConsumer({
        shop: shop.id,
        consumer: consumerName(shop.id),
        log,
        state,
        rules: factRules(shop),
        clock,
        yieldToIngest,
        counters,
        logger,
      });
      return [shop.id, consumer] as const;
    }),
  );
  const caughtUp = async (shop: string) => consumers.get(shop)?.caughtUp();
  return {
    caughtUp,
    async totals(shop) {
      await caughtUp(shop);
      const targets = await state.targets(shop);
      return {
        marketing: await state.marketingTotals(shop, idsOf(targets, 'marketing:')),
        flows: await state.flowTotals(shop, idsOf(targets, 'flow:')),
      };
    },
    async stop() {
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
    },
  };
}

/** The ids of the targets that begin with `prefix`. */
const idsOf = (targets: readonly string[], prefix: string) =>
  targets.filter((target) => target.startsWith(prefix)).map((target) => target.slice(prefix.length));
