import { isObject } from '../../../../shared/is-object.ts';
import type { Shop } from '../../../config/config.ts';

/** Whether a signed body names this shop, another one, or none that could be checked. */
export type NamedShop = 'this' | 'another' | 'unclear';

/** What a redaction holds, and no other message of SHOPLINE holds only these. */
const FIELDS = new Set([
  ...['shop_id', 'shop_domain', 'store_id', 'store_domain', 'update_time'],
  ...['customer', 'customer_id', 'id', 'email', 'phone', 'orders_to_redact'],
]);

/**
 * Topic and domain header are not signed, and two shops of one app have the same secret: only the body says which shop
 * it is about. An id is compared with `SHOPLINE_STORE_ID`, where that is set. Orders name their store's id as well, so
 * an id alone is believed in a body that has nothing else.
 */
export function namedShop(body: unknown, { shopline, origins }: Shop): NamedShop {
  if (!isObject(body)) return 'unclear';
  const domains = textsOf(body.shop_domain, body.store_domain).map(hostOf);
  const ids = textsOf(body.shop_id, body.store_id);
  const own = new Set([
    `${shopline?.handle}.myshopline.com`.toLowerCase(),
    ...[...origins].map((origin) => hostOf(origin)),
  ]);
  const storeId = shopline?.storeId;
  if (domains.some((domain) => !own.has(domain))) return 'another';
  if (storeId !== undefined && ids.some((id) => id !== storeId)) return 'another';
  if (domains.length > 0) return 'this';
  const isBare = Object.keys(body).every((field) => FIELDS.has(field));
  return storeId !== undefined && ids.length > 0 && isBare ? 'this' : 'unclear';
}

const textsOf = (...values: readonly unknown[]): string[] =>
  values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map((value) => String(value).trim())
    .filter((text) => text !== '');

/** Of a domain or an address. */
const hostOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[:/].*$/s, '')
    .replace(/\.$/, '');
