import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { isLoopback } from '../lib/loopback.ts';
import { HttpError } from './errors.ts';

/**
 * What a browser may do with an operator's page: nothing but what comes from here, in nobody's frame. No HSTS: the
 * host may be the shop's own, and its transport is the shop's to decide.
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
 * Lets only the operator through: `Authorization: Bearer <ADMIN_TOKEN>`, never a page of another origin. Every answer,
 * a refusal too, carries the headers of an operator's page.
 *
 * @param token undefined opens the routes to everyone who reaches them by a loopback name; only the demo does that.
 */
export function operatorOnly(token: string | undefined): RequestHandler {
  const expected = token === undefined ? undefined : sha256(`Bearer ${token}`);
  const authorize: RequestHandler = (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    const origin = request.get('origin');
    if (origin !== undefined && origin !== `${request.protocol}://${request.get('host')}`)
      return next(
        new HttpError(403, 'origin-not-allowed', 'Operator routes answer no page of another origin.'),
      );
    // Any page may have its own name point to loopback; its requests then look like ours, but for the name.
    if (!expected && !isLoopback(request.hostname ?? ''))
      return next(
        new HttpError(403, 'origin-not-allowed', 'Without a token operator routes answer on loopback only.'),
      );
    // Digests have one length, so comparing them tells nothing about the token's.
    if (expected && !timingSafeEqual(sha256(request.get('authorization') ?? ''), expected))
      return next(new HttpError(401, 'unauthorized', 'Send Authorization: Bearer <ADMIN_TOKEN>.'));
    next();
  };
  return (request, response, next) =>
    guardPage(request, response, (error?: unknown) =>
      error === undefined ? authorize(request, response, next) : next(error),
    );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
