import type { Express, Request, RequestHandler } from 'express';
import { readBody } from '../../http/body.ts';
import { HttpError } from '../../http/errors.ts';
import { decompress } from '../../http/gzip.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Platform, WebhookParts } from '../platform.ts';
import { PLATFORMS } from '../registry.ts';

/** `POST /v1/webhooks/<platform>` for every platform. */
export function addWebhookRoutes(app: Express, parts: WebhookParts): void {
  for (const platform of PLATFORMS) app.post(`/v1/webhooks/${platform.name}`, handler(parts, platform));
}

/** Customer.io waits 4 s for an answer, SHOPLINE 5 s; both then count the request as failed. */
const ANSWER_WITHIN_MS = 3_500;

/**
 * Reads, stores, then answers. An event not stored in time is answered 503; if it was stored after all, the resend is a
 * duplicate.
 */
function handler(parts: WebhookParts, { name, webhook }: Platform): RequestHandler {
  const { budget, counters } = parts;
  const receive = async (request: Request) => {
    const sent = await readBody(request, budget, 'platform');
    const bytes = decompress(sent, request.headers['content-encoding']);
    const release = budget.hold('platform', bytes.length);
    try {
      return await webhook.receive(parts, request, { bytes, signed: [...new Set([sent, bytes])] });
    } finally {
      release();
    }
  };
  return async (request, response) => {
    const { shop, stored, duplicates } = await inTime(receive(request), parts.clock);
    const outcome = stored > 0 ? 'stored' : duplicates > 0 ? 'repeated' : 'unused';
    counters.count('webhooks_received', { shop, sender: name, outcome });
    response.json({ success: true, accepted: stored + duplicates, duplicates });
  };
}

async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then((): never => {
    throw new HttpError(503, 'busy', 'Not stored in time; send it again.', { retryAfterSeconds: 5 });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    done.abort();
  }
}
