import type { Router } from 'express';
import { statisticsConsumers } from './analytics/counting.ts';
import { openFormerAnalytics } from './analytics/open.ts';
import { type Apps, createApps } from './app.ts';
import type { Config } from './config/config.ts';
import { consumersOf } from './delivery/consumers.ts';
import { openOutgoing } from './delivery/outgoing.ts';
import type { Report } from './delivery/report.ts';
import { type RunningDelivery, startDelivery } from './delivery/start.ts';
import { createProcessBudget } from './http/budget.ts';
import type { Clock } from './lib/clock.ts';
import type { Shutdown } from './lib/shutdown.ts';
import { createYieldToIngest } from './lib/yield-to-ingest.ts';
import { startRedactions } from './lifecycle/redactions.ts';
import { retainHourly } from './lifecycle/retention.ts';
import { watchUnconfirmedOrders } from './lifecycle/unconfirmed-orders.ts';
import type { Counters } from './observe/counters.ts';
import type { Logger } from './observe/log.ts';
import { watchLog, watchSearch } from './observe/log-watch.ts';
import { countedShops, shopOrders } from './platforms/registry.ts';
import { startPlatforms } from './platforms/start.ts';
import type { Statistics } from './platforms/statistics.ts';
import { createPiiEncryption, piiBinding } from './privacy/encrypted-pii.ts';
import { openStores } from './store/open-stores.ts';
import type { Store } from './store/store.ts';
import type { StoreSlot } from './store/store-slot.ts';

/** What the demo and tests replace. */
export interface StartOptions {
  logger: Logger;
  clock?: Clock;
  random?: () => number;
  report?: Report;
  /** Wraps the event log, for example to observe it. */
  wrapLog?: (log: Store) => Store;
  demo?: (parts: { log: Store; delivery: RunningDelivery; statistics?: Statistics }) => Router;
  /** Serves the operator's routes without a token. Only for loopback. */
  openAdmin?: boolean;
}

/** What lasts for the life of the process. */
export type Lasting = Required<Pick<StartOptions, 'logger' | 'clock'>> & {
  counters: Counters;
  slot: StoreSlot;
};

/** Starts every part in order; each registers how it stops. */
export async function compose(
  config: Config,
  options: StartOptions,
  { logger, clock, counters, slot }: Lasting,
  shutdown: Shutdown,
): Promise<Apps> {
  const { random = Math.random, report = () => {} } = options;
  const { wrapLog = (log) => log, openAdmin = false } = options;
  const { shops, retentionMs } = config;
  const budget = createProcessBudget(shops.length);
  const piiEncryption = createPiiEncryption(config.piiKeys);
  const consumers = [...consumersOf(shops), ...statisticsConsumers(countedShops(config))];
  const watches = { watch: watchLog(counters, logger), searchWatch: watchSearch(logger) };
  const yieldToIngest = createYieldToIngest(budget.requests);
  const stored = { config, consumers, shops: shopOrders(shops), clock, yieldToIngest };
  const { log: opened, search } = await openStores({ ...stored, ...watches }, shutdown);
  const log = wrapLog(opened);
  slot.fill(log);
  shutdown.onShutdown(async () => slot.empty());
  const outgoing = { ...openOutgoing(config, clock, shutdown), yieldToIngest, random };
  const common = { config, piiEncryption, counters, logger, clock };
  const platforms = await startPlatforms({ ...common, ...outgoing, log }, shutdown);
  const { http, redactSecrets } = platforms ?? outgoing;
  const sending = { http, redactSecrets };
  const delivery = startDelivery({
    ...common,
    ...outgoing,
    ...sending,
    shops,
    log,
    decrypt: (encryptedPii, event) => piiEncryption.decrypt(encryptedPii, piiBinding(event)),
    report,
  });
  shutdown.onShutdown(() => delivery.stop());
  const state = platforms?.state ?? (await openFormerAnalytics(config, shops, shutdown));
  const statistics = { ...(state && { state }), ...(platforms && { statistics: platforms.statistics }) };
  shutdown.onShutdown(retainHourly({ ...common, log, state, workers: delivery.workers, retentionMs }).stop);
  const evidence = { log, shops, readOrders: platforms?.readOrders, clock, counters, logger };
  shutdown.onShutdown(watchUnconfirmedOrders(evidence).stop);
  const caughtUp = platforms?.statistics.caughtUp;
  const redactions = startRedactions({ ...common, log, shops, state, caughtUp });
  shutdown.onShutdown(redactions.stop);
  const demo = options.demo?.({ log, delivery, ...statistics });
  const { clockOffsets } = outgoing;
  const asked = platforms && { readOrdersSoon: platforms.readOrdersSoon, expiries: platforms.expiries };
  const served = {
    log: slot.through(log),
    search,
    delivery,
    budget,
    openAdmin,
    redactions,
    clockOffsets,
    ...sending,
    ...asked,
  };
  return createApps({ ...common, ...statistics, ...served, ...(demo && { demo }) }, shutdown);
}
