import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import type { ActionRequest, ErasureList, EventRow } from '../../../shared/operator-api/index.ts';
import { eventAnswer, orderAnswer, reconciliation, statistics, testAnswer, visitor } from './details.ts';
import * as fixtures from './fixtures.ts';

const PAGE = new URL('../../../client/dist/console/', import.meta.url).pathname;
export const TOKEN = 'token-of-the-fixtures';

export interface ConsoleServer {
  base: string;
  /** Requests that changed something or asked what it would change. */
  actions: { path: string; body: unknown; csrf: string | undefined }[];
  /** Queries of `/admin/events`, in order. */
  searches: Record<string, unknown>[];
  emit(event: EventRow): void;
  endSession(): void;
  stop(): Promise<void>;
}

/**
 * Serves the built console as the collector does, with its content security policy, and answers its routes from fixtures.
 *
 * @param options.locked the session begins with the login form.
 * @param options.change what a route's answer is sent as; the default is as it is.
 */
export async function startConsole(
  options: { locked?: boolean; change?: (path: string, answer: unknown) => unknown } = {},
): Promise<ConsoleServer> {
  const app = express();
  let isIn = !options.locked;
  const actions: ConsoleServer['actions'] = [];
  const searches: ConsoleServer['searches'] = [];
  const streams = new Set<Response>();
  let groups = fixtures.groups;
  const sse = (response: Response, name: string, data: unknown) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

  app.use((_request, response, next) => {
    response.set(
      'Content-Security-Policy',
      "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'",
    );
    next();
  });
  app.use(express.json());
  app.get('/console/session', (_request, response) => {
    if (isIn) response.json(fixtures.session);
    else response.status(401).json({ code: 'unauthorized', message: 'Log in.' });
  });
  app.post('/console/login', (request, response) => {
    isIn = request.body.token === TOKEN;
    if (isIn) response.json({ csrf: fixtures.session.csrf });
    else response.status(401).json({ code: 'unauthorized', message: 'Wrong token.' });
  });
  app.post('/console/logout', (_request, response) => {
    isIn = false;
    response.status(204).end();
  });
  app.use('/console', express.static(PAGE));
  app.use('/admin', (_request, response, next) => {
    if (isIn) next();
    else response.status(401).json({ code: 'unauthorized', message: 'Log in.' });
  });
  app.get('/admin/stream', (_request, response) => {
    response.set('Content-Type', 'text/event-stream').flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
    sse(response, 'status', { at: fixtures.ago(0), destinations: fixtures.overview.destinations, alerts: 2 });
  });

  const answer = (path: string, make: (query: Record<string, unknown>) => unknown) =>
    app.get(`/admin/${path}`, (request, response) => {
      response.json(options.change?.(path, make(request.query)) ?? make(request.query));
    });
  answer('overview', () => fixtures.overview);
  answer('events', (query) => {
    searches.push(query);
    const { outcome, destination, name } = query;
    const events = fixtures.events.filter(
      (event) =>
        (!name || event.name === name) &&
        (!outcome ||
          event.outcomes.some(
            (one) => one.state === outcome && (!destination || one.destination === destination),
          )),
    );
    const nextCursor = query.cursor ? undefined : 'second';
    return { events: query.q === 'nothing' ? [] : events, nextCursor, indexedUntil: { seq: 1, lag: 0 } };
  });
  answer('events/:id', () => eventAnswer);
  answer('orders', () => ({ orders: fixtures.orders }));
  answer('orders/:id', () => orderAnswer);
  answer('reconciliation', ({ day }) => ({ ...reconciliation, day }));
  answer('dead-letters/groups', () => ({ groups }));
  answer('match-quality', () => fixtures.match);
  answer('alerts', () => ({ alerts: fixtures.alerts }));
  answer('audit', () => ({ actions: fixtures.actions }));
  answer('setup', () => fixtures.setup);
  answer('statistics', () => statistics);
  answer('visitors/:id', () => ({ visitors: [visitor] }));
  answer('visitors/:id/export', () => ({ exports: [] }));

  app.use('/admin', (request, response, next) => {
    actions.push({ path: request.path, body: request.body, csrf: request.get('x-csrf-token') });
    if (request.get('x-csrf-token') === fixtures.session.csrf) next();
    else response.status(403).json({ code: 'csrf', message: 'The CSRF token is missing.' });
  });
  app.post(['/admin/replay', '/admin/discard'], (request, response) => {
    const { selection, dryRun }: ActionRequest = request.body;
    const own = groups.filter(
      ({ destination, reason, state, words = '' }) =>
        (selection.destination ?? destination) === destination &&
        (selection.words ?? words) === words &&
        (selection.reason ?? reason) === reason &&
        (selection.state ?? 'dead') === state,
    );
    const count = own.reduce((sum, group) => sum + group.count, 0);
    if (!dryRun) groups = groups.filter((group) => !own.includes(group));
    response.json({
      ...{
        count,
        isDryRun: dryRun === true,
        byDestination: [{ shop: 'dewleaf', destination: 'tiktok', count }],
      },
      refused: [{ reason: 'consent-withdrawn', count: 2 }],
    });
  });
  app.post('/admin/test-event', (_request, response) => {
    response.json(options.change?.('test-event', testAnswer) ?? testAnswer);
  });
  app.post('/admin/statistics/sync', (_request, response) => {
    response.json({ reports: [] });
  });
  app.delete('/admin/visitors/:id', (_request, response) => {
    const { ids, links, remains, shop } = visitor;
    const erasure = { shop, ids, remains, found: true, events: 12, mentions: 1, orders: 2, suppressed: [] };
    response.json({ erasures: [{ ...erasure, claimed: links.claimed }] } satisfies ErasureList);
  });

  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/console/`,
    actions,
    searches,
    emit(event) {
      for (const stream of streams) sse(stream, 'event', event);
    },
    endSession() {
      isIn = false;
      for (const stream of streams) sse(stream, 'end', {});
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
