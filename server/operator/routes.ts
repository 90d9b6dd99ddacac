import express, { Router } from 'express';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config } from '../config/config.ts';
import type { RunningDelivery } from '../delivery/start.ts';
import { contractRoute } from '../http/contract-route.ts';
import { guardOperator, type OperatorAccess, operatorOnly } from '../http/operator-auth.ts';
import type { Clock } from '../lib/clock.ts';
import { readVersion } from '../lib/version.ts';
import type { Redactions } from '../lifecycle/redactions.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Statistics } from '../platforms/statistics.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import { consoleRoutes } from './console/routes.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { adminOpenApi } from './openapi.ts';
import { redactionRoutes } from './redactions.ts';
import { type StatisticsParts, statisticsRoutes } from './statistics.ts';
import { statusRoutes } from './status.ts';
import { visitorRoutes } from './visitors.ts';

export interface AdminParts {
  config: Config;
  log: Store;
  search: Search;
  piiEncryption: PiiEncryption;
  delivery: RunningDelivery;
  counters: Counters;
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  access: OperatorAccess;
  /** The demo shop runs here. */
  isDemo: boolean;
  /** Present when a shop is counted: totals can be read, reported, and given costs. */
  statistics?: StatisticsParts['statistics'] & Pick<Statistics, 'caughtUp'>;
  /** Present when a shop is counted, or was. */
  state?: StatisticsParts['state'] & Pick<AnalyticsStore, 'near' | 'erase' | 'exportPerson'>;
  redactions: Pick<Redactions, 'confirm' | 'cancel' | 'unconfirmed'>;
}

/** `/metrics`, `/admin` and `/console`. */
export function adminRoutes(parts: AdminParts): Router {
  const { config, log, piiEncryption, metrics, clock, access, redactions } = parts;
  const router = Router();
  const admin = Router();
  router.use(['/admin', '/console', '/metrics'], guardOperator(access));
  router.use(['/admin', '/metrics'], operatorOnly(access));
  router.use(consoleRoutes(parts));
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
  admin.use(statusRoutes(parts));
  admin.use(deadLetterRoutes(log));
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
