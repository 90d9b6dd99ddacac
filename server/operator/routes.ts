import express, { Router } from 'express';
import { z } from 'zod';
import { statisticsConsumers } from '../analytics/counting.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config } from '../config/config.ts';
import type { RunningDelivery } from '../delivery/start.ts';
import { contractRoute } from '../http/contract-route.ts';
import { operatorOnly } from '../http/operator-auth.ts';
import type { Clock } from '../lib/clock.ts';
import { readVersion } from '../lib/version.ts';
import type { Redactions } from '../lifecycle/redactions.ts';
import type { Counters } from '../observe/counters.ts';
import type { Metrics } from '../observe/metrics.ts';
import { countedShops } from '../platforms/registry.ts';
import type { Statistics } from '../platforms/statistics.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import { type Durability, LogUnavailable, type Store } from '../store/store.ts';
import { adminOpenApi } from './openapi.ts';
import { parse } from './parse.ts';
import { redactionRoutes } from './redactions.ts';
import { type StatisticsParts, statisticsRoutes } from './statistics.ts';
import { visitorRoutes } from './visitors.ts';

export interface AdminParts {
  config: Config;
  log: Store;
  piiEncryption: PiiEncryption;
  delivery: RunningDelivery;
  counters: Counters;
  metrics: Metrics;
  clock: Clock;
  /** undefined: no token is needed on a loopback host name. */
  token: string | undefined;
  /** Present when a shop is counted: totals can be read, reported, and given costs. */
  statistics?: StatisticsParts['statistics'] & Pick<Statistics, 'caughtUp'>;
  /** Present when a shop is counted, or was. */
  state?: StatisticsParts['state'] & Pick<AnalyticsStore, 'near' | 'erase' | 'exportPerson'>;
  redactions: Pick<Redactions, 'confirm' | 'cancel' | 'unconfirmed'>;
}

const Page = z.object({
  consumer: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.coerce.number().int().optional(),
});
const Selection = z.union([
  z.strictObject({ ids: z.array(z.int()).min(1).max(10_000) }),
  z.strictObject({ consumer: z.string().min(1) }),
]);

/** `/metrics` and `/admin`. */
export function adminRoutes(parts: AdminParts): Router {
  const { config, log, piiEncryption, delivery, counters, metrics, clock, token, redactions } = parts;
  const router = Router();
  const admin = Router();
  router.use(['/admin', '/metrics'], operatorOnly(token));
  router.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.scrape());
  });
  router.use('/admin', admin);
  if (parts.statistics && parts.state)
    admin.use(statisticsRoutes({ statistics: parts.statistics, state: parts.state, shops: config.shops }));
  admin.use(express.json({ limit: '1mb' }));

  admin.get(
    '/openapi.json',
    contractRoute(() => adminOpenApi(readVersion())),
  );

  admin.get('/status', async (_request, response) => {
    const destinations = await Promise.all(
      delivery.workers.map(async ({ consumer, shop, destination, state }) => ({
        consumer,
        shop,
        destination: destination.name,
        breaker: state(),
        ...(await log.depth(consumer)),
      })),
    );
    const statistics = await Promise.all(
      statisticsConsumers(countedShops(config)).map(async ({ name, shop }) => ({
        consumer: name,
        shop,
        ...(await log.depth(name)),
      })),
    );
    response.json({
      log: await durabilityOf(log),
      destinations,
      statistics,
      counters: counters.snapshot(),
    });
  });

  admin.get('/dead-letters', async (request, response) => {
    const { consumer, limit, before } = parse(Page, request.query);
    const query = {
      limit,
      ...(consumer !== undefined && { consumer }),
      ...(before !== undefined && { before }),
    };
    response.json({ deadLetters: await log.deadLetters(query) });
  });
  admin.post('/dead-letters/replay', async (request, response) => {
    response.json({ replayed: await log.replayDeadLetters(parse(Selection, request.body)) });
  });
  admin.post('/dead-letters/discard', async (request, response) => {
    response.json({ discarded: await log.discardDeadLetters(parse(Selection, request.body)) });
  });

  admin.use(
    visitorRoutes({
      ...{ shops: config.shops, log, piiEncryption, clock },
      state: parts.state,
      caughtUp: parts.statistics?.caughtUp,
    }),
  );
  admin.use(redactionRoutes(log, redactions));
  return router;
}

/** A log that cannot store is part of the status, not an error of the request. */
/** `missing` repeats `gaps` for clients of earlier versions. */
async function durabilityOf(
  log: Store,
): Promise<(Durability & { missing: Durability['gaps'] }) | { unavailable: string }> {
  try {
    const durability = await log.check();
    return { ...durability, missing: durability.gaps };
  } catch (error) {
    if (error instanceof LogUnavailable) return { unavailable: error.message };
    throw error;
  }
}
