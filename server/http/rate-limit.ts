import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { HttpError } from './errors.ts';

/**
 * At most `perMinute` requests from one browser address (/32, /64). Requests without `Origin`, as server SDKs send
 * them, are not limited. Behind a proxy that `TRUST_PROXY` does not name, all visitors share the proxy's address:
 * then nothing is limited.
 */
export function limitRate(
  perMinute: number,
  isBehindUnnamedProxy: (request: Request) => boolean,
): RequestHandler {
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    keyGenerator: (request) => ipKeyGenerator(request.ip ?? '', 64),
    skip: isBehindUnnamedProxy,
    handler: (_request, _response, next) =>
      next(
        new HttpError(
          429,
          'too-many-requests',
          `More than ${perMinute} requests per minute from one address.`,
          { retryAfterSeconds: 60 },
        ),
      ),
  });
  return (request, response, next) =>
    request.headers.origin === undefined ? next() : limiter(request, response, next);
}
