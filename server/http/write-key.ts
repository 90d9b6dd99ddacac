import type { Request } from 'express';
import { isObject } from '../../shared/message.ts';
import type { Shop } from '../config/config.ts';
import { checkOrigin } from './cors.ts';
import { Refusal } from './errors.ts';

/**
 * The public key that says which shop a request belongs to: HTTP Basic user name, else `writeKey` in the body, else
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

/** Finds the shop a request belongs to. @throws {Refusal} 401 unknown key, 403 foreign page. */
export function findShop(
  shops: readonly Shop[],
  writeKey: string | undefined,
  origin: string | undefined,
): Shop {
  const shop = shops.find((candidate) => candidate.writeKey === writeKey);
  if (!shop)
    throw new Refusal(
      401,
      'unknown-write-key',
      'Send the shop’s write key: HTTP Basic user, writeKey in the body or ?writeKey=.',
    );
  checkOrigin(shop, origin);
  return shop;
}
