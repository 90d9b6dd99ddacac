import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Clock } from '../lib/clock.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { Unavailable } from '../lib/unavailable.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { redactText } from '../privacy/redact.ts';
import { ORIGIN_NOT_ALLOWED } from './cors.ts';
import { HttpError, toHttpError } from './errors.ts';

const MAX_PATH_LENGTH = 200;
const MAX_ORIGIN_LENGTH = 200;

/**
 * Answers 404 to every request that no route took. The path is repeated percent-encoded and redacted, without its
 * query string, and cut after 200 characters.
 */
export const notFound: RequestHandler = ({ method, path }, _response, next) =>
  next(new HttpError(404, 'not-found', `Not found: ${method} ${shown(path)}`));

const shown = (path: string) => encodeURI(redactText(path).slice(0, MAX_PATH_LENGTH)).replaceAll('%25', '%');

/** @param next is given what comes after the answer has begun. */
export type AnswerError = (
  thrown: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error: unknown) => void,
) => void;

/**
 * Sends every error as `{code, message, meta: {errors}}` and counts it by code. Logs the unexpected ones, and once a minute why
 * what is needed is unavailable, and a page that may not send.
 */
export function answerErrors({
  logger,
  counters,
  clock,
}: {
  logger: Logger;
  counters: Counters;
  clock: Pick<Clock, 'now'>;
}): AnswerError {
  const mayLog = createLogLimiter(clock.now);
  return (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = toHttpError(thrown);
    counters.count('requests_refused', { code: error.code });
    if (error.status === 500)
      logger.error({ error: String((thrown as Error)?.stack ?? thrown) }, 'request failed');
    if (thrown instanceof Unavailable && mayLog(error.code))
      logger.error({ code: error.code, error: thrown.message }, 'requests are answered 503');
    if (error.code === ORIGIN_NOT_ALLOWED && mayLog(error.code))
      logger.warn(
        { origin: redactText(String(request.headers.origin)).slice(0, MAX_ORIGIN_LENGTH) },
        'requests of a page are refused: its origin is not in ALLOWED_ORIGINS',
      );
    if (error.retryAfterSeconds !== undefined)
      response.setHeader('Retry-After', String(error.retryAfterSeconds));
    const { code, message, details } = error;
    response.statusCode = error.status;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ code, message, meta: { errors: details } }));
  };
}
