import { parseCookie } from 'cookie';
import express, { type Request, type Response, Router } from 'express';
import { LIMITS, type MessageType } from '../../shared/names.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Sealer } from '../privacy/seal.ts';
import type { Sender } from './accept.ts';
import { setCookies } from './cookies.ts';
import { cors } from './cors.ts';
import { Refusal } from './errors.ts';
import { judge } from './judge.ts';
import { parseBody } from './parse.ts';
import { limitRate } from './rate-limit.ts';
import { browserSettings } from './settings.ts';
import { unwrap } from './unwrap.ts';
import { findShop, findWriteKey } from './write-key.ts';

export interface IngestParts {
  config: Config;
  log: EventLog;
  sealer: Sealer;
  counters: Counters;
  logger: Logger;
  clock: Clock;
}

const ROUTES: readonly [MessageType, string[]][] = [
  ['track', ['/track', '/t']],
  ['page', ['/page', '/p']],
  ['identify', ['/identify', '/i']],
  ['screen', ['/screen', '/s']],
  ['group', ['/group', '/g']],
  ['alias', ['/alias', '/a']],
];

/** Everything under `/v1`: Segment's HTTP API, as its SDKs speak it. */
export function ingestRoutes(parts: IngestParts): Router {
  const { config, logger } = parts;
  const router = Router();
  const raw = express.raw({ type: () => true, limit: LIMITS.requestBytes });
  router.use(cors(config.shops));
  router.use(limitRate(config.rateLimitPerMinute, config.trustProxy !== undefined, logger));
  router.get('/projects/:writeKey/settings', browserSettings(config));
  router.post('/m', (_request, response) => void response.json({}));
  router.post(['/batch', '/b'], raw, (request, response) => ingest(parts, request, response));
  for (const [type, paths] of ROUTES)
    router.post(paths, raw, (request, response) => ingest(parts, request, response, type));
  return router;
}

async function ingest(
  parts: IngestParts,
  request: Request,
  response: Response,
  type?: MessageType,
): Promise<void> {
  const { config, log, counters } = parts;
  const body = parseBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  const origin = request.get('origin');
  const shop = findShop(config.shops, findWriteKey(request, body), origin);
  const { items, sentAt } = unwrap(body, type);
  const sender = readSender(request, parts.clock.now());
  const { entries, rejected } = judge(parts, items, sender, shop, sentAt, type);
  for (const { issues } of rejected)
    counters.count('messages_rejected', { shop: shop.id, code: issues[0]?.code ?? '' });
  if (rejected.length > 0 && request.get('x-strict-mode') === '1')
    throw new Refusal(400, 'strict-mode', 'A message is not valid; in strict mode nothing was stored.', {
      details: rejected.flatMap(({ index, issues }) =>
        issues.map((issue) => `message ${index}: ${issue.path || '(message)'}: ${issue.message}`),
      ),
    });
  const { stored, duplicates } = await log.append(entries);
  counters.count('messages_accepted', { shop: shop.id }, stored + duplicates);
  counters.count('messages_duplicate', { shop: shop.id }, duplicates);
  if (origin !== undefined && origin !== 'null')
    setCookies(
      response,
      origin,
      hostOf(config, request),
      entries.map(({ event }) => event),
    );
  response.json({
    success: rejected.length < items.length,
    accepted: stored + duplicates,
    duplicates,
    rejected,
  });
}

function readSender(request: Request, receivedAtMs: number): Sender {
  return {
    isBrowser: request.get('origin') !== undefined,
    ip: request.ip,
    userAgent: request.get('user-agent'),
    gpc: request.get('sec-gpc') === '1',
    cookies: parseCookie(request.get('cookie') ?? ''),
    receivedAtMs,
  };
}

/** HTTP/1.0 need not name a host; then there is none. */
function hostOf({ publicUrl }: Config, request: Request): string {
  if (publicUrl) return new URL(publicUrl).hostname;
  return request.get('host') ? request.hostname : '';
}
