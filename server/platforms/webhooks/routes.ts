import type { Express, Request, RequestHandler } from 'express';
import { readBody } from '../../http/body.ts';
import { HttpError } from '../../http/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { receiveCustomerio } from '../customerio/receive.ts';
import { receiveShopline } from '../shopline/webhooks/receive.ts';
import type { WebhookParts } from './parts.ts';
import type { Received } from './received.ts';

export type { WebhookParts } from './parts.ts';

/** Where SHOPLINE tells of orders and Customer.io of its messages. Both sign what they send. */
export function addWebhookRoutes(app: Express, parts: WebhookParts): void {
  app.post(
    '/v1/webhooks/shopline',
    handler(parts, 'shopline', (request, bytes) => receiveShopline(parts, request, bytes)),
  );
  app.post(
    '/v1/webhooks/customerio',
    handler(parts, 'customerio', (request, bytes) => receiveCustomerio(parts, request, bytes)),
  );
}

/** Customer.io waits 4 s for an answer, SHOPLINE 5; after that either takes the event for lost. */
const ANSWER_WITHIN_MS = 3_500;

type Receive = (request: Request, bytes: Buffer) => Promise<Received>;

/** Reads, stores, answers. Without word from the log in time it answers 503, and what was stored then is a repeat. */
function handler(parts: WebhookParts, sender: 'shopline' | 'customerio', receive: Receive): RequestHandler {
  const { budget, counters } = parts;
  const take = async (request: Request) => {
    let held = 0;
    budget.begin();
    try {
      const bytes = await readBody(request, budget);
      held = bytes.length;
      return await receive(request, bytes);
    } finally {
      budget.end(held);
    }
  };
  return async (request, response) => {
    const { shop, stored, duplicates } = await inTime(take(request), parts.clock);
    const accepted = stored + duplicates;
    const outcome = stored > 0 ? 'stored' : duplicates > 0 ? 'repeated' : 'unused';
    counters.count('webhooks_received', { shop, sender, outcome });
    response.json({ success: true, accepted, duplicates });
  };
}

async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then((): never => {
    throw new HttpError(503, 'busy', 'This takes too long right now; send it again.', {
      retryAfterSeconds: 5,
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    done.abort();
  }
}
