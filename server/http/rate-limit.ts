import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Logger } from '../observe/log.ts';
import { Refusal } from './errors.ts';

/**
 * At most `perMinute` requests of one browser address (/32, /64). SDKs on servers send no `Origin` and are not
 * limited. When a proxy stands in front and `TRUST_PROXY` does not say so, every shopper seems to share one address:
 * then nothing is limited and one loud line says why.
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
          'X-Forwarded-For arrives but TRUST_PROXY is empty: rate limit is off',
        );
      hasWarned = true;
      return true;
    },
    handler: (_request, _response, next) =>
      next(
        new Refusal(429, 'too-many-requests', `More than ${perMinute} requests a minute from one address.`, {
          retryAfterSeconds: 60,
        }),
      ),
  });
  return (request, response, next) =>
    request.headers.origin === undefined ? next() : limiter(request, response, next);
}
