import express, { type ErrorRequestHandler, type Express, type Response, type Router } from 'express';
import { asRefusal, Refusal } from './http/errors.ts';
import { openApi } from './http/openapi.ts';
import { addIngestRoutes, type IngestParts } from './ingest/routes.ts';
import { webhookPaths } from './platforms/webhooks/openapi.ts';
import type { WebhookParts } from './platforms/webhooks/parts.ts';
import { addWebhookRoutes } from './platforms/webhooks/routes.ts';

export interface AppParts extends IngestParts {
  version: string;
  /** Absent where no shop's platform tells anything. */
  state?: WebhookParts['state'];
  /** `/s.js` and its companions. */
  snippet: Router;
  /** Operator routes on the public port; absent when they are off or listen elsewhere. */
  admin?: Router;
  /** What the demo adds: its shop, its live page, its switches. */
  demo?: Router;
}

/** The public server's routes, in order. Never listens. */
export function createApp(parts: AppParts): Express {
  const { config, log, state } = parts;
  const app = plainApp();
  if (config.trustProxy !== undefined) app.set('trust proxy', config.trustProxy);
  const contract = openApi(parts.version, webhookPaths);
  addIngestRoutes(app, parts);
  if (state) addWebhookRoutes(app, { ...parts, state });
  app.use(parts.snippet);
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    await log.check();
    response.json({ status: 'ready' });
  });
  app.get('/openapi.json', (_request, response) => void response.json(contract));
  if (parts.admin) app.use(parts.admin);
  if (parts.demo) app.use(parts.demo);
  return closeApp(app, parts);
}

/** The operator's routes on a port of their own (`ADMIN_PORT`). */
export const createAdminApp = (admin: Router, witnesses: Witnesses): Express =>
  closeApp(plainApp().use(admin), witnesses);

function plainApp(): Express {
  return express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
}

/** Who is told what went wrong. */
type Witnesses = Pick<IngestParts, 'logger' | 'counters'>;

function closeApp(app: Express, witnesses: Witnesses): Express {
  app.use((request, _response, next) =>
    next(new Refusal(404, 'not-found', `There is no ${request.method} here.`)),
  );
  app.use(answerErrors(witnesses));
  return app;
}

/** Every error leaves in one shape: `{code, message, meta: {errors}}`. Only what surprised us is logged. */
function answerErrors({ logger, counters }: Witnesses): ErrorRequestHandler {
  return (error, _request, response: Response, next) => {
    if (response.headersSent) return next(error);
    const refusal = asRefusal(error);
    counters.count('requests_refused', { code: refusal.code });
    if (refusal.status === 500)
      logger.error({ error: String((error as Error)?.stack ?? error) }, 'request failed');
    if (refusal.retryAfterSeconds !== undefined)
      response.set('Retry-After', String(refusal.retryAfterSeconds));
    response.status(refusal.status).json({
      code: refusal.code,
      message: refusal.message,
      meta: { errors: refusal.details },
    });
  };
}
