import type { Request } from 'express';
import { isObject } from '../../shared/message.ts';
import type { Shop } from '../config/config.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { maskKey } from '../lib/mask-key.ts';
import type { Logger } from '../observe/log.ts';
import { checkOrigin } from './cors.ts';
import { HttpError } from './errors.ts';

/**
 * The public key that identifies the shop of a request: the HTTP Basic user name, else `writeKey` in the body, else
 * `?writeKey=`. Undefined when there is none.
 */
export function findWriteKey(request: Request, body: unknown): string | undefined {
  return basicUser(request.headers.authorization) || bodyKey(body) || queryKey(request.query.writeKey);
}

function basicUser(header: string | undefined): string | undefined {
  const encoded = /^basic\s+([\w+/=-]+)$/i.exec(header ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
}

const bodyKey = (body: unknown) =>
  isObject(body) && typeof body.writeKey === 'string' ? body.writeKey : undefined;
const queryKey = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Whose key it is: the shop, and how far the sender is believed. */
export interface KeyHolder {
  shop: Shop;
  source: 'browser' | 'server';
}

/**
 * The shop of a request.
 *
 * @param origin the header `Origin`; undefined when the request does not come from a page.
 * @throws {HttpError} 401 for a missing or unknown key, 403 for a page that is not the shop's.
 */
export type FindShop = (writeKey: string | undefined, origin: string | undefined) => KeyHolder;

/** Unknown keys are logged, masked, at most once a minute each. */
export function createFindShop(shops: readonly Shop[], logger: Logger, nowMs: () => number): FindShop {
  const mayLog = createLogLimiter(nowMs);
  return (writeKey, origin) => {
    const shop = shops.find((candidate) => candidate.writeKey === writeKey);
    if (!shop) throw unknownKey(writeKey);
    checkOrigin(shop, origin);
    return { shop, source: 'browser' };
  };

  function unknownKey(writeKey: string | undefined): HttpError {
    if (!writeKey)
      return new HttpError(
        401,
        'unknown-write-key',
        'The write key is missing: send it as HTTP Basic user, as writeKey in the body or as ?writeKey=.',
      );
    const masked = maskKey(writeKey);
    const message = `No shop has the write key ${masked}`;
    if (mayLog(masked)) logger.warn({}, message);
    return new HttpError(401, 'unknown-write-key', message);
  }
}
