import express, { Router } from 'express';
import { contractRoute } from '../http/contract-route.ts';
import { guardOperator, operatorOnly } from '../http/operator-auth.ts';
import { readVersion } from '../lib/version.ts';
import { alertRoutes } from './alerts.ts';
import { auditRoutes } from './audit.ts';
import { refuseClearAddresses } from './clear-values.ts';
import { consoleRoutes } from './console/routes.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { eventRoutes } from './events/routes.ts';
import { adminOpenApi } from './openapi.ts';
import { orderRoutes } from './orders/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { createLiveStream } from './overview/stream.ts';
import type { AdminParts } from './parts.ts';
import { createPlaces } from './places.ts';
import { problemRoutes } from './problems/routes.ts';
import { redactionRoutes } from './redactions.ts';
import { setupRoutes } from './setup/routes.ts';
import { statisticsRoutes } from './statistics.ts';
import { statusRoutes } from './status.ts';
import { visitorRoutes } from './visitors.ts';

export interface OperatorRoutes {
  router: Router;
  /** Ends the streams that are open, so that a listener which closes does not wait for them. */
  closeStreams(): void;
}

/** `/metrics`, `/admin` and `/console`. */
export function adminRoutes(parts: AdminParts): OperatorRoutes {
  const { config, log, piiEncryption, metrics, clock, access, redactions, watchdog, state } = parts;
  const router = Router();
  const admin = Router();
  router.use(['/admin', '/console', '/metrics'], guardOperator(access));
  router.use(['/admin', '/metrics'], operatorOnly(access));
  router.use(consoleRoutes(parts));
  router.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.scrape());
  });
  router.use('/admin', refuseClearAddresses, admin);
  if (parts.statistics && state)
    admin.use(statisticsRoutes({ statistics: parts.statistics, state, shops: config.shops, log }));
  admin.use(express.json({ limit: '1mb' }));
  admin.get(
    '/openapi.json',
    contractRoute(() => adminOpenApi(readVersion())),
  );
  admin.use(statusRoutes(parts));
  admin.use(deadLetterRoutes(log));
  admin.use(
    visitorRoutes({
      ...{ shops: config.shops, log, search: parts.search, piiEncryption, clock, state },
      caughtUp: parts.statistics?.caughtUp,
    }),
  );
  admin.use(redactionRoutes(log, redactions));
  admin.use(auditRoutes(log));
  const places = createPlaces(config);
  admin.use(alertRoutes(watchdog, places));
  const shown = { ...parts, places, state };
  const stream = createLiveStream(shown);
  admin.use(eventRoutes(shown));
  admin.use(orderRoutes(shown));
  admin.use(problemRoutes(shown));
  admin.use(overviewRoutes(shown));
  admin.use(setupRoutes(shown));
  admin.use(stream.router);
  return { router, closeStreams: stream.close };
}
