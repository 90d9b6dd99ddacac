import type { ServerResponse } from 'node:http';
import type { Express, RequestHandler } from 'express';
import { LIMITS, MESSAGE_TYPES, type MessageType } from '../../shared/names.ts';
import type { Config } from '../config/config.ts';
import { type Admission, claimantOf, createAdmission } from '../http/admission.ts';
import { readBody } from '../http/body.ts';
import type { Budget } from '../http/budget.ts';
import { cors } from '../http/cors.ts';
import type { DirectHandler, Received } from '../http/direct-handler.ts';
import { HttpError, toHttpError, tooLarge } from '../http/errors.ts';
import { decompress } from '../http/gzip.ts';
import { type Body, parseBody } from '../http/json.ts';
import { createTurns, type Turns } from '../http/turns.ts';
import { type KeyHolder, keysInHead, withKeyInBody } from '../http/write-key.ts';
import type { Clock } from '../lib/clock.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import type { ClockOffsets } from '../observe/clock-offsets.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Store } from '../store/store.ts';
import { consentWarnings } from './consent-warnings.ts';
import { setCookies } from './cookies.ts';
import type { CountryOf } from './country.ts';
import { epochMs } from './event-time.ts';
import type { Rejections } from './rejections.ts';
import { readSender } from './sender.ts';
import { browserSettings } from './settings.ts';
import { splitBatch } from './split-batch.ts';
import { unmatchedOrders } from './unmatched.ts';
import { validate } from './validate.ts';
import { type FieldWarnings, mergeWarnings } from './warnings.ts';

export interface IngestParts {
  config: Config;
  log: Store;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
  clock: Clock;
  clockOffsets: Pick<ClockOffsets, 'ofMessage'>;
  /** Shared by all requests in progress. */
  budget: Budget;
  countryOf: CountryOf;
}

interface HandlerParts extends IngestParts {
  admission: Admission;
  /** By shop and voice. */
  turns: Turns;
  /** At most once an hour for each shop. */
  mayWarnOfOrders(shop: string): boolean;
  mayWarnOfConsent(shop: string): boolean;
}

const HOUR_MS = 3_600_000;
/** What one message may take before it is parsed: also an indented one of the greatest size. */
const MAX_MESSAGE_TEXT_BYTES = 4 * LIMITS.messageBytes;
/** What one shop has validated and stored at once: a few hundred events, so that another shop's wait for few. */
const MAX_TURN_BYTES = 256 * 1024;
/** Half a megabyte of brackets takes 100 ms to parse, and holds no message. */
const MAX_BODY_DEPTH = 1_000;

/**
 * Segment's HTTP API under `/v1`. Each message type is also available under its first letter, and a batch under
 * `/v1/import`, where several SDKs send it by default.
 *
 * @returns the handlers of messages, by path.
 */
export function addIngestRoutes(app: Express, parts: IngestParts): ReadonlyMap<string, DirectHandler> {
  const { config, clock } = parts;
  const admission = createAdmission(config, { ...parts, nowMs: clock.now });
  const handlerParts = {
    ...parts,
    admission,
    turns: createTurns(MAX_TURN_BYTES),
    mayWarnOfOrders: createLogLimiter(clock.now, HOUR_MS),
    mayWarnOfConsent: createLogLimiter(clock.now, HOUR_MS),
  };
  const allowPages = cors(config.shops);
  app.use('/v1', allowPages);
  const direct = new Map<string, DirectHandler>();
  const add = (paths: readonly string[], handle: DirectHandler) => {
    for (const path of paths) {
      app.post(path, handle);
      direct.set(path, (request, response, next) =>
        allowPages(request, response, (error) => (error ? next(error) : handle(request, response, next))),
      );
    }
  };
  add(['/v1/batch', '/v1/b', '/v1/import'], ingestHandler(handlerParts));
  for (const type of MESSAGE_TYPES) add([`/v1/${type}`, `/v1/${type[0]}`], ingestHandler(handlerParts, type));
  app.post('/v1/m', telemetryHandler(handlerParts));
  app.get('/v1/projects/:writeKey/settings', browserSettings(config, admission));
  return direct;
}

/**
 * Reads, stores and answers one request. A key in the headers is checked before the body is read. Written with callbacks
 * because `await` would keep the body and everything parsed from it reachable until the disk has confirmed, and each
 * garbage collection would copy it.
 *
 * @param type the type in the path; undefined for a batch.
 */
function ingestHandler(parts: HandlerParts, type?: MessageType): DirectHandler {
  const { admission, budget, counters, turns } = parts;
  const route = type ?? 'batch';
  return (request, response, next) => {
    const startedAtMs = performance.now();
    let release = () => {};
    const end = (status: number) => {
      release();
      const seconds = (performance.now() - startedAtMs) / 1000;
      counters.time('ingest_request', seconds, { route, status: String(status) });
    };
    const refuse = (error: unknown) => {
      end(toHttpError(error).status);
      next(error);
    };
    const hold = (holder: KeyHolder, bytes: number) => {
      admission.admitBytes(holder, request, bytes);
      release = budget.hold(holder.source, bytes, holder.shop.id);
    };
    const keys = keysInHead(request);
    let known: KeyHolder | undefined;
    try {
      if (keys.inHeader) known = admission.admit(keys, request);
    } catch (error) {
      return refuse(error);
    }
    readBody(request, budget, claimantOf(known, request))
      .then((bytes) => {
        const plain = decompress(bytes, request.headers['content-encoding']);
        if (known) hold(known, plain.length);
        if (type && plain.length > MAX_MESSAGE_TEXT_BYTES) throw tooLarge('message');
        const body = parseBody(plain, MAX_BODY_DEPTH);
        const holder = admission.admit(withKeyInBody(keys, body.value), request, known);
        if (!known) hold(holder, plain.length);
        const work = () => ingest(parts, holder, body, request, response, type);
        return turns.run(`${holder.source} ${holder.shop.id}`, plain.length, work);
      })
      .then(() => end(200), refuse);
  };
}

/** SDK telemetry, which comes without a key: ignored, within the limits of messages. */
function telemetryHandler({ admission, budget }: HandlerParts): RequestHandler {
  return async (request, response) => {
    const known = admission.admitKeyless(keysInHead(request), request);
    const bytes = await readBody(request, budget, claimantOf(known, request));
    admission.admitBytes(known, request, bytes.length);
    response.json({});
  };
}

/** Resolves once the response is sent. */
function ingest(
  parts: HandlerParts,
  { shop, source }: KeyHolder,
  body: Body,
  request: Received,
  response: ServerResponse,
  type: MessageType | undefined,
): Promise<void> {
  const { config, log, counters } = parts;
  const { origin } = request.headers;
  const messages = splitBatch(body, type);
  const { count, lost, sentAt } = messages;
  if (sentAt !== undefined) parts.clockOffsets.ofMessage(epochMs(sentAt), parts.clock.now());
  const sender = readSender(request, source, parts);
  return validate(parts, messages, sender, shop, type, body.sinceMs).then((result) => {
    const { entries, denials, rejections, differing, silent, fields } = result;
    const { count: rejectedCount, listed: rejected } = rejections;
    if (rejectedCount + fields.count > 0 && request.headers['x-strict-mode'] === '1')
      throw strictModeError(rejections, fields);
    const latest = origin !== undefined && origin !== 'null' ? entries.at(-1)?.event : undefined;
    const answer = {
      success: rejectedCount < count,
      rejected,
      ...(rejectedCount > rejected.length && { rejectedCount }),
    };
    // In one turn of the event loop: they share a transaction, and later entries follow what was denied.
    const denied = log.deny(denials);
    const answered = log.accept(entries);
    const warned =
      silent.length + differing.length > 0
        ? answered.then(() => consentWarnings(differing, silent, log))
        : [];
    return Promise.all([answered, warned, denied]).then(([answers, ofConsent]) => {
      const warnings = mergeWarnings(fields, ofConsent);
      const accepted = answers.length;
      const unmatched = unmatchedOrders(shop.id, entries, answers, counters);
      const duplicates = answers.filter(({ isStored }) => !isStored).length;
      counters.count('messages_accepted', { shop: shop.id }, accepted);
      counters.count('messages_duplicate', { shop: shop.id }, duplicates);
      counters.count('messages_lost_in_browser', { shop: shop.id }, lost);
      const provisional = answers.filter(({ isProvisional }) => isProvisional).length;
      counters.count('orders_provisional', { shop: shop.id }, provisional);
      if (provisional > 0 && parts.mayWarnOfOrders(shop.id))
        parts.logger.warn(
          { shop: shop.id, variable: 'ORDERS_FROM' },
          'no order webhook was received yet: orders of pages are sent unconfirmed, and anybody can forge them',
        );
      if (ofConsent.some(({ code }) => code === 'consent-missing') && parts.mayWarnOfConsent(shop.id))
        parts.logger.warn(
          { shop: shop.id, variable: 'CONSENT_DEFAULT' },
          'messages say nothing of consent and are delivered nowhere: send context.consent.categoryPreferences with them',
        );
      if (latest && origin) setCookies(response, origin, hostOf(config, request), latest);
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(
        JSON.stringify({
          ...{ ...answer, accepted, duplicates },
          ...(warnings.length > 0 && { warnings }),
          ...(unmatched.length > 0 && { unmatched }),
        }),
      );
    });
  });
}

function strictModeError(rejections: Rejections, fields: FieldWarnings): HttpError {
  const unusable = rejections.listed.flatMap(({ index, issues }) =>
    issues.map(({ path, message }) => ({ index, path, message })),
  );
  return new HttpError(
    400,
    'strict-mode',
    `In strict mode nothing is stored; invalid messages: ${rejections.count}, fields that are not exact: ${fields.count}.`,
    {
      details: [...unusable, ...fields.listed.map((note) => ({ ...note, message: note.describe() }))]
        .toSorted((a, b) => (a.index ?? -1) - (b.index ?? -1))
        .map(({ index, path, message }) =>
          [index === undefined ? 'batch' : `message ${index}`, path || '(message)', message].join(': '),
        ),
    },
  );
}

/** The collector's public host name. Empty when it is not configured and an HTTP/1.0 request names no host. */
function hostOf({ publicUrl }: Config, { headers, hostname }: Received): string {
  if (publicUrl) return new URL(publicUrl).hostname;
  return headers.host ? hostname : '';
}
