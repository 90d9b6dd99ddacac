import { parseCookie } from 'cookie';
import type { Express, Request, RequestHandler, Response } from 'express';
import { MESSAGE_TYPES, type MessageType } from '../../shared/names.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Sealer } from '../privacy/seal.ts';
import type { Sender } from './accept.ts';
import { type Budget, isGzip, readBody } from './body.ts';
import { setCookies } from './cookies.ts';
import { cors } from './cors.ts';
import { asRefusal, Refusal } from './errors.ts';
import { judge } from './judge.ts';
import { type Body, parseBody, unpack } from './parse.ts';
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
  /** Shared by every request under way. */
  budget: Budget;
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

/** @param type what the path says; undefined for a batch. */
function ingestHandler(parts: IngestParts, type?: MessageType): RequestHandler {
  const { budget, counters } = parts;
  const route = type ?? 'batch';
  return async (request, response) => {
    const startedAtMs = performance.now();
    let held = 0;
    let status = 200;
    try {
      const bytes = await readBody(request, budget);
      held = bytes.length;
      const unpacked = unpack(bytes, isGzip(request.headers['content-encoding']));
      budget.take(unpacked.length - bytes.length);
      held = unpacked.length;
      await ingest(parts, parseBody(unpacked), request, response, type);
    } catch (error) {
      status = asRefusal(error).status;
      throw error;
    } finally {
      budget.giveBack(held);
      const seconds = (performance.now() - startedAtMs) / 1000;
      counters.time('ingest_request', seconds, { route, status: String(status) });
    }
  };
}

async function ingest(
  parts: IngestParts,
  body: Body,
  request: Request,
  response: Response,
  type: MessageType | undefined,
): Promise<void> {
  const { config, log, counters } = parts;
  const { origin } = request.headers;
  const shop = findShop(config.shops, findWriteKey(request, body.value), origin);
  const { items, sentAt } = unwrap(body, type);
  const sender = readSender(request, parts.clock.now());
  const { entries, rejected } = judge(parts, items, sender, shop, sentAt, type);
  for (const { issues } of rejected)
    counters.count('messages_rejected', { shop: shop.id, code: issues[0]?.code ?? '' });
  if (rejected.length > 0 && request.headers['x-strict-mode'] === '1')
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
  const answer = {
    success: rejected.length < items.length,
    accepted: stored + duplicates,
    duplicates,
    rejected,
  };
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(answer));
}

function readSender(request: Request, receivedAtMs: number): Sender {
  const { headers } = request;
  const isBrowser = headers.origin !== undefined;
  return {
    isBrowser,
    ip: isBrowser ? request.ip : undefined,
    userAgent: headers['user-agent'],
    gpc: headers['sec-gpc'] === '1',
    cookies: headers.cookie === undefined ? {} : parseCookie(headers.cookie),
    receivedAtMs,
  };
}

/** HTTP/1.0 need not name a host; then there is none. */
function hostOf({ publicUrl }: Config, request: Request): string {
  if (publicUrl) return new URL(publicUrl).hostname;
  return request.get('host') ? request.hostname : '';
}
