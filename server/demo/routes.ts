import express, { Router } from 'express';
import helmet from 'helmet';
import type { ZodError } from 'zod';
import type { RunningDelivery } from '../delivery/start.ts';
import { HttpError } from '../http/errors.ts';
import { Faults, type Sandbox } from '../sandbox/index.ts';
import type { Store } from '../store/store.ts';
import type { Emails } from './emails.ts';
import type { Recorder } from './recorder.ts';
import { CAMPAIGNS, EMAIL_LINK, FLOW } from './sample.ts';
import { PlacedOrder, type ShopServer } from './shop-server.ts';

const PAGES = new URL('../../client/demo/', import.meta.url);
/** The demo's pages have a strict content security policy, to show that the snippet works under one. */
const guardPage = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:'], frameAncestors: ["'none'"] },
  },
  // The browsers' default: the shop's pages see each other as referrer.
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  strictTransportSecurity: false,
});

/** The default email of the checkout form. */
const DEFAULT_BUYER = 'mei.lin@example.com';

function invalid(message: string, { issues }: ZodError): HttpError {
  const details = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new HttpError(400, 'malformed-body', message, { details });
}

/** The demo shop, what the console shows of it, the stand-ins that send webhooks, and fault injection for each API. */
export function demoRoutes(parts: {
  log: Store;
  delivery: RunningDelivery;
  sandbox: Sandbox;
  recorder: Recorder;
  shopServer: ShopServer;
  emails: Emails;
}): Router {
  const { log, delivery, sandbox, recorder, shopServer, emails } = parts;
  const faulty = new Set<string>();
  const router = Router();

  router.get('/', (_request, response) => response.redirect('/demo/'));
  router.get('/demo/deliveries', async (_request, response) => {
    const destinations = await Promise.all(
      delivery.workers.map(async ({ consumer, destination, state }) => {
        const { waiting, deadLetters } = await log.depth(consumer);
        const { name, integration: title } = destination;
        return { name, title, breaker: state(), waiting, deadLetters, faults: faulty.has(name) };
      }),
    );
    response.set('Cache-Control', 'no-store').json({ events: recorder.events(), destinations });
  });

  // SHOPLINE's cart, which a cart page may read. This shop's is in the browser.
  router.get('/api/carts/ajax-cart', (_request, response) => response.json({}));

  router.post('/demo/orders', express.json(), async (request, response) => {
    const order = PlacedOrder.safeParse(request.body);
    if (!order.success) throw invalid('The order is invalid.', order.error);
    response.json({ webhooks: await shopServer.placed(order.data) });
  });
  router.post(['/demo/emails', '/demo/letters'], async (_request, response) => {
    response.json({ webhooks: await emails.send(shopServer.buyer() ?? DEFAULT_BUYER) });
  });
  router.get('/demo/links', (_request, response) => {
    const email = { title: FLOW.title, link: EMAIL_LINK };
    response.set('Cache-Control', 'no-store').json({ campaigns: CAMPAIGNS, email, faults: [...faulty] });
  });

  router.put('/sandbox/:api/faults', express.json(), (request, response) => {
    const api = Object.keys(sandbox.urls).find((name) => name === request.params.api) as
      | keyof Sandbox['urls']
      | undefined;
    if (!api)
      throw new HttpError(404, 'not-found', `Unknown API. Known: ${Object.keys(sandbox.urls).join(', ')}.`);
    const faults = Faults.safeParse(request.body);
    if (!faults.success) throw invalid('The faults are invalid.', faults.error);
    sandbox.setFaults(api, faults.data);
    if (faults.data.length > 0) faulty.add(api);
    else faulty.delete(api);
    response.json({ api, faults: faults.data });
  });

  router.use('/demo', guardPage, express.static(PAGES.pathname, { extensions: ['html'] }));
  return router;
}
