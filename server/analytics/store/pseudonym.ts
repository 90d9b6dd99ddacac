import { createHmac } from 'node:crypto';

/** Replaces an id by a digest that cannot be reversed without the key. */
export type Pseudonym = (key: string) => string;

/** Sixteen bytes of a keyed digest, base64url: the same for the same id of the same shop. */
export const pseudonymOf = (pepper: string, shop: string, key: string): string =>
  createHmac('sha256', pepper).update(`${shop}\0${key}`).digest('base64url').slice(0, 22);
