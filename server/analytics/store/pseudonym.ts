import { createHmac } from 'node:crypto';

/** Turns an id into one that leads back to nobody. */
export type Pseudonym = (key: string) => string;

/** Sixteen bytes of a keyed digest: the same for the same person, and no way back without the key. */
export const pseudonymOf = (pepper: string, shop: string, key: string): string =>
  createHmac('sha256', pepper).update(`${shop}\0${key}`).digest('base64url').slice(0, 22);
