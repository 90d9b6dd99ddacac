import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { isLoopback } from '../lib/loopback.ts';
import { HttpError } from './errors.ts';

/**
 * Headers of the operator's pages: they load resources of this origin only and cannot be framed. Without HSTS, because
 * the host may be the shop's own, whose transport the shop decides.
 */
const guardPage = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
});

/**
 * Requires `Authorization: Bearer <ADMIN_TOKEN>` and refuses pages of other origins. Every response, errors included,
 * carries the security headers.
 *
 * @param token undefined: requests to a loopback host name need no token. Only the demo does this.
 */
export function operatorOnly(token: string | undefined): RequestHandler {
  const expected = token === undefined ? undefined : sha256(token);
  const authorize: RequestHandler = (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    const origin = request.get('origin');
    if (origin !== undefined && origin !== `${request.protocol}://${request.get('host')}`)
      return next(
        new HttpError(
          403,
          'origin-not-allowed',
          'Operator routes do not accept requests from pages of another origin.',
        ),
      );
    // DNS rebinding: a page's own host name may resolve to loopback; only the name distinguishes its requests.
    if (!expected && !isLoopback(request.hostname ?? ''))
      return next(
        new HttpError(
          403,
          'origin-not-allowed',
          'Without ADMIN_TOKEN operator routes are available on loopback only.',
        ),
      );
    // Digests have equal lengths, so the comparison does not reveal the length of the token.
    if (expected && !timingSafeEqual(sha256(bearerOf(request.get('authorization'))), expected))
      return next(new HttpError(401, 'unauthorized', 'Send Authorization: Bearer <ADMIN_TOKEN>.'));
    next();
  };
  return (request, response, next) =>
    guardPage(request, response, (error?: unknown) =>
      error === undefined ? authorize(request, response, next) : next(error),
    );
}

/** The scheme is written in any case. Empty when the header has another one. */
const bearerOf = (authorization = '') => /^bearer +(.*)$/i.exec(authorization)?.[1] ?? '';

const sha256 = (text: string) => createHash('sha256').update(text).digest();
