import { isObject } from '../../shared/is-object.ts';
import type { Shop } from '../config/config.ts';
import { memoize } from '../lib/cache.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { maskKey } from '../lib/mask-key.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { checkOrigin } from './cors.ts';
import type { Received } from './direct-handler.ts';
import { HttpError } from './errors.ts';

/** The keys of a request, by where they stand. */
export interface PresentedKeys {
  /** The user of HTTP Basic. */
  inHeader?: string | undefined;
  inBody?: string | undefined;
  inUrl?: string | undefined;
  /** Every value in the query string, under whatever name: proxies log them all. */
  queryValues: readonly string[];
}

/** The key in the headers is known before the body is read. */
export const keysInHead = ({ headers, query }: Received): PresentedKeys => ({
  inHeader: basicUser(headers.authorization ?? ''),
  inUrl: text(query.writeKey),
  queryValues: Object.values(query).flat().map(String),
});

export const withKeyInBody = (head: PresentedKeys, body: unknown): PresentedKeys => ({
  ...head,
  inBody: isObject(body) ? text(body.writeKey) : undefined,
});

/** A shop's pages and programs send the same header with every request. */
const basicUser = memoize(1_000, (header) => {
  const encoded = /^basic\s+([\w+/=-]+)$/i.exec(header)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
});

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Whose key it is: the shop, and how far the sender is believed. */
export interface KeyHolder {
  key: string;
  shop: Shop;
  source: 'browser' | 'server';
}

/**
 * Whose key it is: of those presented, the one in the headers, else in the body, else in the URL.
 *
 * @param origin the header `Origin`; undefined when the request does not come from a page.
 * @throws {HttpError} 401 for a missing or unknown key; 403 for a page that is not the shop's, and for a server key where
 *   others can read it, whatever key stands beside it.
 */
export type FindShop = (keys: PresentedKeys, origin: string | undefined) => KeyHolder;

/** Unknown keys are logged, masked, at most once a minute each; exposed ones as well, however many unknown ones there are. */
export function createFindShop(
  shops: readonly Shop[],
  { logger, counters, nowMs }: { logger: Logger; counters: Counters; nowMs: () => number },
): FindShop {
  const mayLogUnknown = createLogLimiter(nowMs);
  const mayLogExposed = createLogLimiter(nowMs);
  const holders = shops.flatMap((shop): KeyHolder[] => [
    ...shop.serverKeys.map((key) => ({ key, shop, source: 'server' as const })),
    { key: shop.writeKey, shop, source: 'browser' },
  ]);
  const byKey = new Map(holders.map((holder) => [holder.key, holder]));
  return ({ inHeader, inBody, inUrl, queryValues }, origin) => {
    const inPage = origin === undefined ? [] : [inHeader, inBody];
    for (const readable of [inUrl, ...queryValues, ...inPage]) {
      const exposed = byKey.get(readable ?? '');
      if (exposed?.source === 'server') throw exposedKey(exposed);
    }
    const key = inHeader || inBody || inUrl;
    const holder = byKey.get(key ?? '');
    if (!holder) throw unknownKey(key);
    checkOrigin(holder.shop, origin);
    return holder;
  };

  function exposedKey({ key, shop }: KeyHolder): HttpError {
    counters.count('server_key_exposed', { shop: shop.id });
    if (mayLogExposed(key))
      logger.error(
        { shop: shop.id, key: maskKey(key) },
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
    if (mayLogUnknown(masked)) logger.warn({}, message);
    return new HttpError(401, 'unknown-write-key', message);
  }
}
