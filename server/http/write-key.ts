import type { Request } from 'express';
import { isObject } from '../../shared/message.ts';
import type { Shop } from '../config/config.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { maskKey } from '../lib/mask-key.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { checkOrigin } from './cors.ts';
import { HttpError } from './errors.ts';

/** The key of a request, and whether it came in a place that pages and logs of proxies show. */
export interface PresentedKey {
  key: string | undefined;
  isInUrl: boolean;
}

/** The key of a request: the HTTP Basic user name, else `writeKey` in the body, else `?writeKey=`. */
export function findWriteKey(request: Request, body: unknown): PresentedKey {
  const sent = basicUser(request.headers.authorization) || bodyKey(body);
  return sent ? { key: sent, isInUrl: false } : { key: queryKey(request.query.writeKey), isInUrl: true };
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
 * Whose key it is.
 *
 * @param origin the header `Origin`; undefined when the request does not come from a page.
 * @throws {HttpError} 401 for a missing or unknown key; 403 for a page that is not the shop's, and for a server key
 *   where a page could have read it.
 */
export type FindShop = (presented: PresentedKey, origin: string | undefined) => KeyHolder;

/** Unknown and exposed keys are logged, masked, at most once a minute each. */
export function createFindShop(
  shops: readonly Shop[],
  { logger, counters, nowMs }: { logger: Logger; counters: Counters; nowMs: () => number },
): FindShop {
  const mayLog = createLogLimiter(nowMs);
  const byKey = new Map<string, KeyHolder>([
    ...shops.flatMap((shop) =>
      shop.serverKeys.map((key) => [key, { shop, source: 'server' as const }] as const),
    ),
    ...shops.map((shop) => [shop.writeKey, { shop, source: 'browser' as const }] as const),
  ]);
  return ({ key, isInUrl }, origin) => {
    const holder = byKey.get(key ?? '');
    if (!holder) throw unknownKey(key);
    if (holder.source === 'server' && (isInUrl || origin !== undefined)) throw exposedKey(holder.shop, key);
    checkOrigin(holder.shop, origin);
    return holder;
  };

  function exposedKey({ id }: Shop, key = ''): HttpError {
    counters.count('server_key_exposed', { shop: id });
    if (mayLog(`exposed ${key}`))
      logger.error(
        { shop: id, key: maskKey(key) },
        'SERVER_KEY was sent by a page or in a URL, where others can read it; replace it',
      );
    return new HttpError(
      403,
      'server-key-exposed',
      'A server key is secret: send it from the backend, as HTTP Basic user or as writeKey in the body.',
    );
  }

  function unknownKey(key: string | undefined): HttpError {
    if (!key)
      return new HttpError(
        401,
        'unknown-write-key',
        'The write key is missing: send it as HTTP Basic user, as writeKey in the body or as ?writeKey=.',
      );
    const masked = maskKey(key);
    const message = `No shop has the write key ${masked}`;
    if (mayLog(masked)) logger.warn({}, message);
    return new HttpError(401, 'unknown-write-key', message);
  }
}
