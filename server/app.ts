import type { RequestListener } from 'node:http';
import express, { type Express, type Router } from 'express';
import type { Config } from './config/config.ts';
import { collapseSlashes } from './http/collapse-slashes.ts';
import { contractRoute } from './http/contract-route.ts';
import { withDirectRoutes } from './http/direct-routes.ts';
import { type AnswerError, answerErrors, notFound } from './http/error-handler.ts';
import { openApi } from './http/openapi.ts';
import { snippetRoutes } from './http/snippet.ts';
import { createCountryOf } from './ingest/country.ts';
import { addIngestRoutes, type IngestParts } from './ingest/routes.ts';
import type { Shutdown } from './lib/shutdown.ts';
import { readVersion } from './lib/version.ts';
import type { ClockOffsets } from './observe/clock-offsets.ts';
import { type OperatorParts, startOperator } from './operator/start.ts';
import { startWatchdog, type WatchdogStartParts } from './operator/watchdog/start.ts';
import type { RunningPlatform } from './platforms/platform.ts';
import { webhookPaths } from './platforms/webhooks/openapi.ts';
import { addWebhookRoutes } from './platforms/webhooks/routes.ts';

export interface AppParts
  extends Omit<IngestParts, 'countryOf' | 'clockOffsets'>,
    Pick<WatchdogStartParts, 'expiries'>,
    Omit<OperatorParts, 'bytesInFlight' | 'isDemo' | 'watchdog'> {
  clockOffsets: ClockOffsets;
  /** The demo's shop, live page and switches. */
  demo?: Router;
  /** Reads orders whose webhooks lack a total. */
  readOrdersSoon?: RunningPlatform['readOrdersSoon'];
  /** Serves the operator's routes without a token. Only for loopback. */
  openAdmin: boolean;
}

/** Files of the snippet, as `npm run build` writes them. */
const SNIPPET_DIRECTORY = new URL('../client/dist/', import.meta.url);

/** The listeners' handlers of one configuration. */
export interface Apps {
  app: RequestListener;
  /** Of `ADMIN_PORT`. */
  admin: Express;
  /** Ends the console's streams, which would keep a listener open. */
  closeStreams(): void;
}

/** The routes of `PORT`, and of `ADMIN_PORT` where it is set; starts what looks at them. */
export async function createApps(parts: AppParts, shutdown: Shutdown): Promise<Apps> {
  const { config, budget, openAdmin } = parts;
  const { adminPort } = config;
  const watchdog = startWatchdog(parts, shutdown);
  const operatorParts = { ...parts, watchdog, bytesInFlight: budget.bytes, isDemo: parts.demo !== undefined };
  const admin = startOperator(operatorParts, openAdmin, shutdown);
  const countryOf = await createCountryOf(config.countryHeader, config.maxmindFile);
  const routes = adminPort === undefined ? [admin?.router, parts.demo] : [parts.demo];
  const app = createApp(
    { ...parts, countryOf },
    routes.filter((router) => router !== undefined),
  );
  return {
    app,
    admin: createAdminApp(admin?.router ?? express.Router(), parts, config.trustProxy),
    closeStreams: () => admin?.closeStreams(),
  };
}

/** The public server's routes, in order. */
function createApp(
  parts: IngestParts & Pick<AppParts, 'statistics' | 'readOrdersSoon'>,
  routers: readonly Router[],
): RequestListener {
  const { config, log, statistics } = parts;
  const app = plainApp(config.trustProxy);
  const version = readVersion();
  const direct = addIngestRoutes(app, parts);
  // A shop that uses webhooks is counted.
  if (statistics) addWebhookRoutes(app, parts);
  app.use(snippetRoutes(SNIPPET_DIRECTORY, version));
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    await log.check();
    response.json({ status: 'ready' });
  });
  app.get(
    '/openapi.json',
    contractRoute(() => openApi(version, webhookPaths)),
  );
  for (const router of routers) app.use(router);
  const answerError = answerErrors(parts);
  return withDirectRoutes(closeApp(app, answerError), direct, answerError);
}

/** The operator's routes on a port of their own (`ADMIN_PORT`). */
export const createAdminApp = (
  admin: Router,
  parts: ErrorParts,
  trustProxy?: Config['trustProxy'],
): Express => closeApp(plainApp(trustProxy).use(admin), answerErrors(parts));

function plainApp(trustProxy: Config['trustProxy']): Express {
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  return app.use(collapseSlashes);
}

type ErrorParts = Parameters<typeof answerErrors>[0];

const closeApp = (app: Express, answerError: AnswerError): Express => app.use(notFound).use(answerError);
