import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Logger } from '../observe/log.ts';
import { HttpError } from './errors.ts';

/**
 * At most `perMinute` requests from one browser address (/32, /64). Requests without `Origin`, as server SDKs send
 * them, are not limited. Behind a proxy that `TRUST_PROXY` does not name, all visitors share the proxy's address:
 * then nothing is limited and one warning is logged.
 */
export function limitRate(perMinute: number, trustsProxy: boolean, logger: Logger): RequestHandler {
  let hasWarned = false;
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    keyGenerator: (request) => ipKeyGenerator(request.ip ?? '', 64),
    skip: (request) => {
      if (trustsProxy || request.headers['x-forwarded-for'] === undefined) return false;
      if (!hasWarned)
        logger.warn(
          { variable: 'TRUST_PROXY' },
          'requests carry X-Forwarded-For but TRUST_PROXY is not set; rate limit is off',
        );
      hasWarned = true;
      return true;
    },
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
