import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { everyMs } from '../lib/periodic.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { AdminApi } from '../platforms/shopline/admin/api.ts';
import { createSync } from '../platforms/shopline/reports/sync.ts';
import type { EventLog, Consumer as LogConsumer } from '../store/event-log.ts';
import { startConsumer } from './consumer.ts';
import type { FactRules } from './read-facts.ts';
import type { ShopState } from './state.ts';
import type { Statistics } from './statistics.ts';
import { createTargets } from './targets.ts';

export interface StatisticsParts {
  /** Those that are counted. */
  shops: readonly Shop[];
  log: EventLog;
  state: ShopState;
  /** SHOPLINE's Admin API of a shop; undefined for one that has no access to it. */
  apiOf: (shop: string) => AdminApi | undefined;
  /** Between two reports. */
  syncMs: number;
  redact: (shop: Shop, event: ProtectedEvent) => Promise<void>;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  counters: Counters;
  logger: Logger;
}

/** True when there is somebody to report to, or something to complete orders with. */
export const isCounted = ({ shopline, customerioSigningKey }: Shop): boolean =>
  shopline?.accessToken !== undefined ||
  shopline?.appSecret !== undefined ||
  customerioSigningKey !== undefined;

/** Statistics among the log's consumers. What an order waits for before its delivery is no reason not to count it. */
export const statisticsConsumers = (shops: readonly Shop[]): LogConsumer[] =>
  shops
    .filter(isCounted)
    .map(({ id }) => ({ name: consumerName(id), shop: id, opensSeals: false, ignoresHolds: true }));

export const consumerName = (shop: string) => `statistics@${shop}`;

export const factRules = ({ statistics, currency }: Shop): FactRules => ({
  targets: createTargets(statistics),
  currency,
});

/** Counts what is stored of every shop, and reports it to SHOPLINE where there is access to it. */
export function createStatistics(parts: StatisticsParts): Statistics {
  const shops = new Map(parts.shops.map((shop) => [shop.id, startShop(parts, shop)] as const));
  const wanted = (id: string | undefined) =>
    id === undefined ? [...shops.values()] : [shops.get(id)].filter((shop) => shop !== undefined);
  return {
    sync: async (id) =>
      (await Promise.all(wanted(id).map((shop) => shop.sync()))).filter((report) => report !== undefined),
    async totals(id) {
      const { state } = parts;
      await shops.get(id)?.caughtUp();
      const targets = await state.targets(id);
      return {
        marketing: await state.marketingTotals(id, idsOf(targets, 'marketing:')),
        flows: await state.flowTotals(id, idsOf(targets, 'flow:')),
        synced: await state.synced(id),
      };
    },
    caughtUp: async (id) => shops.get(id)?.caughtUp(),
    async stop() {
      await Promise.all([...shops.values()].map((shop) => shop.stop()));
    },
  };
}

function startShop(parts: StatisticsParts, shop: Shop) {
  const { log, state, apiOf, syncMs, redact, clock, yieldToIngest, counters, logger } = parts;
  const consumer = startConsumer({
    shop: shop.id,
    consumer: consumerName(shop.id),
    log,
    state,
    rules: factRules(shop),
    redact: (event) => redact(shop, event),
    clock,
    yieldToIngest,
    counters,
    logger,
  });
  const api = apiOf(shop.id);
  const sync =
    api && shop.shopline
      ? createSync({ shop, admin: shop.shopline, api, state, clock, counters, logger })
      : undefined;
  const report = async () => {
    await consumer.caughtUp();
    return sync?.run();
  };
  const stopReporting = sync ? everyMs(clock, syncMs, report, logger) : async () => {};
  return {
    caughtUp: consumer.caughtUp,
    sync: report,
    async stop() {
      await Promise.all([consumer.stop(), stopReporting()]);
    },
  };
}

/** What comes after a prefix, of those that have it. */
const idsOf = (targets: readonly string[], prefix: string) =>
  targets.filter((target) => target.startsWith(prefix)).map((target) => target.slice(prefix.length));
