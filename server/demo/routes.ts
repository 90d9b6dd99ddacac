import express, { Router } from 'express';
import helmet from 'helmet';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { Refusal } from '../ingest/errors.ts';
import type { EventLog } from '../log/event-log.ts';
import { Faults, type Sandbox } from '../sandbox/index.ts';
import type { Recorder } from './recorder.ts';

const PAGES = new URL('../../client/demo/', import.meta.url);
/** The demo's pages run under a policy as strict as any shop's, to show that the snippet can. */
const guardPage = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:'], frameAncestors: ["'none'"] },
  },
  // As browsers do when nothing is said: the shop's pages tell each other where a visitor comes from.
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  strictTransportSecurity: false,
});

/** The demo shop, its live page and the switches that break each API on purpose. */
export function demoRoutes(parts: {
  log: EventLog;
  dispatcher: Dispatcher;
  sandbox: Sandbox;
  recorder: Recorder;
}): Router {
  const { log, dispatcher, sandbox, recorder } = parts;
  const faulty = new Set<string>();
  const router = Router();

  router.get('/', (_request, response) => response.redirect('/demo/'));
  router.get('/demo/deliveries', async (_request, response) => {
    const destinations = await Promise.all(
      dispatcher.workers.map(async ({ consumer, destination, state }) => {
        const { waiting, deadLetters } = await log.depth(consumer);
        const { name, integration: title } = destination;
        return { name, title, breaker: state(), waiting, deadLetters, faults: faulty.has(name) };
      }),
    );
    response.set('Cache-Control', 'no-store').json({ events: recorder.events(), destinations });
  });

  router.put('/sandbox/:api/faults', express.json(), (request, response) => {
    const api = Object.keys(sandbox.urls).find((name) => name === request.params.api) as
      | keyof Sandbox['urls']
      | undefined;
    if (!api)
      throw new Refusal(
        404,
        'not-found',
        `There is no such API; there are ${Object.keys(sandbox.urls).join(', ')}.`,
      );
    const faults = Faults.safeParse(request.body);
    if (!faults.success) {
      const details = faults.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new Refusal(400, 'malformed-body', 'The faults do not fit.', { details });
    }
    sandbox.setFaults(api, faults.data);
    if (faults.data.length > 0) faulty.add(api);
    else faulty.delete(api);
    response.json({ api, faults: faults.data });
  });

  router.use('/demo', guardPage, express.static(PAGES.pathname, { extensions: ['html'] }));
  return router;
}
