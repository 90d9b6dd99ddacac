import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Refusal } from '../ingest/errors.ts';

/**
 * Lets only the operator through: `Authorization: Bearer <ADMIN_TOKEN>`, never a page of another origin.
 *
 * @param token undefined opens the routes to everyone who reaches them; only the demo on loopback does that.
 */
export function operatorOnly(token: string | undefined): RequestHandler {
  const expected = token === undefined ? undefined : sha256(`Bearer ${token}`);
  return (request, response, next) => {
    response.set('Cache-Control', 'no-store').set('X-Content-Type-Options', 'nosniff');
    const origin = request.get('origin');
    if (origin !== undefined && origin !== `${request.protocol}://${request.get('host')}`)
      return next(
        new Refusal(403, 'origin-not-allowed', 'Operator routes answer no page of another origin.'),
      );
    // Digests have one length, so comparing them tells nothing about the token's.
    if (expected && !timingSafeEqual(sha256(request.get('authorization') ?? ''), expected))
      return next(new Refusal(401, 'unauthorized', 'Send Authorization: Bearer <ADMIN_TOKEN>.'));
    next();
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
