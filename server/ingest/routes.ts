import { parseCookie } from 'cookie';
import type { Express, Request, RequestHandler, Response } from 'express';
import { MESSAGE_TYPES, type MessageType } from '../../shared/names.ts';
import type { Config } from '../config/config.ts';
import { type Budget, isGzip, readBody } from '../http/body.ts';
import { cors } from '../http/cors.ts';
import { asRefusal, Refusal } from '../http/errors.ts';
import { type Body, parseBody, unpack } from '../http/json.ts';
import { limitRate } from '../http/rate-limit.ts';
import { findShop, findWriteKey } from '../http/write-key.ts';
import type { Clock } from '../lib/clock.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { EventLog } from '../store/event-log.ts';
import type { Sender } from './accept.ts';
import { setCookies } from './cookies.ts';
import type { CountryOf } from './country.ts';
import { browserSettings } from './settings.ts';
import { unwrap } from './split-batch.ts';
import { judge, type Rejected } from './validate.ts';

export interface IngestParts {
  config: Config;
  log: EventLog;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
  clock: Clock;
  /** Shared by every request under way. */
  budget: Budget;
  countryOf: CountryOf;
}

/** Everything under `/v1`: Segment's HTTP API, as its SDKs speak it. Each type also answers to its first letter. */
export function addIngestRoutes(app: Express, parts: IngestParts): void {
  const { config, logger } = parts;
  app.use('/v1', cors(config.shops));
  app.use('/v1', limitRate(config.rateLimitPerMinute, config.trustProxy !== undefined, logger));
  app.post(['/v1/batch', '/v1/b'], ingestHandler(parts));
  for (const type of MESSAGE_TYPES) app.post([`/v1/${type}`, `/v1/${type[0]}`], ingestHandler(parts, type));
  app.post('/v1/m', (_request, response) => void response.json({}));
  app.get('/v1/projects/:writeKey/settings', browserSettings(config));
}

/**
 * Reads, stores, answers. Written with callbacks where `await` would keep the body and all that was made of it in
 * memory until the disk has answered: then every collection of garbage would have to copy it.
 *
 * @param type what the path says; undefined for a batch.
 */
function ingestHandler(parts: IngestParts, type?: MessageType): RequestHandler {
  const { budget, counters } = parts;
  const route = type ?? 'batch';
  return (request, response, next) => {
    const startedAtMs = performance.now();
    let held = 0;
    budget.begin();
    const end = (status: number) => {
      budget.end(held);
      const seconds = (performance.now() - startedAtMs) / 1000;
      counters.time('ingest_request', seconds, { route, status: String(status) });
    };
    readBody(request, budget)
      .then((bytes) => {
        held = bytes.length;
        const unpacked = unpack(bytes, isGzip(request.headers['content-encoding']));
        budget.take(unpacked.length - bytes.length);
        held = unpacked.length;
        return ingest(parts, parseBody(unpacked), request, response, type);
      })
      .then(
        () => end(200),
        (error: unknown) => {
          end(asRefusal(error).status);
          next(error);
        },
      );
  };
}

/** Resolves when it is answered. */
function ingest(
  parts: IngestParts,
  body: Body,
  request: Request,
  response: Response,
  type: MessageType | undefined,
): Promise<void> {
  const { config, log, counters } = parts;
  const { origin } = request.headers;
  const shop = findShop(config.shops, findWriteKey(request, body.value), origin);
  const { items, sentAt, lost } = unwrap(body, type);
  const sender = readSender(request, parts);
  const { entries, rejected } = judge(parts, items, sender, shop, sentAt, type);
  for (const { issues } of rejected)
    counters.count('messages_rejected', { shop: shop.id, code: issues[0]?.code ?? '' });
  if (rejected.length > 0 && request.headers['x-strict-mode'] === '1') throw strictly(rejected);
  const visitor = origin !== undefined && origin !== 'null' ? entries.at(-1)?.event : undefined;
  const answer = { success: rejected.length < items.length, rejected };
  return log.append(entries).then(({ stored, duplicates }) => {
    const accepted = stored + duplicates;
    counters.count('messages_accepted', { shop: shop.id }, accepted);
    counters.count('messages_duplicate', { shop: shop.id }, duplicates);
    counters.count('messages_lost_in_browser', { shop: shop.id }, lost);
    if (visitor && origin) setCookies(response, origin, hostOf(config, request), visitor);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ ...answer, accepted, duplicates }));
  });
}

const strictly = (rejected: readonly Rejected[]) =>
  new Refusal(400, 'strict-mode', 'A message is not valid; in strict mode nothing was stored.', {
    details: rejected.flatMap(({ index, issues }) =>
      issues.map((issue) => `message ${index}: ${issue.path || '(message)'}: ${issue.message}`),
    ),
  });

function readSender(request: Request, { clock, countryOf }: IngestParts): Sender {
  const { headers } = request;
  const isBrowser = headers.origin !== undefined;
  const ip = isBrowser ? request.ip : undefined;
  return {
    isBrowser,
    ip,
    country: isBrowser ? countryOf(headers, ip) : undefined,
    userAgent: headers['user-agent'],
    gpc: headers['sec-gpc'] === '1',
    cookies: headers.cookie === undefined ? {} : parseCookie(headers.cookie),
    receivedAtMs: clock.now(),
  };
}

/** HTTP/1.0 need not name a host; then there is none. */
function hostOf({ publicUrl }: Config, request: Request): string {
  if (publicUrl) return new URL(publicUrl).hostname;
  return request.get('host') ? request.hostname : '';
}
