import { hash } from 'node:crypto';
import type { ProtectedEvent } from '../../../../shared/protected-event.ts';

/** `m` a messageId, `a` an anonymous id, `u` a user id, `e` the digest of an email, `p` of a phone. */
export type KeyKind = 'm' | 'a' | 'u' | 'e' | 'p';

/** Events of one segment. */
const SEGMENT = 16_384;
export const segmentOf = (seq: number): number => Math.floor(seq / SEGMENT);
export const firstOfSegment = (segment: number): number => segment * SEGMENT;

/**
 * The digest under which an id is found: 48 bits, a whole number in JavaScript and in SQLite. Of ten million keys two are the
 * same with a probability of one in six; a search then finds an event too many.
 */
export const keyOf = (kind: KeyKind, shop: string, value: string): number =>
  Number.parseInt(hash('sha256', `${kind}\0${shop}\0${value}`).slice(0, 12), 16);

export const messageKeyOf = ({ shop, messageId }: Pick<ProtectedEvent, 'shop' | 'messageId'>): number =>
  keyOf('m', shop, messageId);

/** Every id and digest by which an event can be found. */
export function keysOf(event: ProtectedEvent): number[] {
  const { shop, identity, account, traits, properties, context } = event;
  const keys = new Set([messageKeyOf(event)]);
  const add = (kind: KeyKind, value: unknown) => {
    if (typeof value === 'string' && value !== '') keys.add(keyOf(kind, shop, value));
  };
  add('a', identity.anonymousId);
  add('u', identity.userId);
  add('u', identity.previousId);
  for (const email of [identity.emailSha256, identity.emailDotlessSha256, account?.emailSha256])
    add('e', email);
  for (const phone of [identity.phoneSha256, identity.phoneDigitsSha256, account?.phoneSha256])
    add('p', phone);
  for (const fields of [traits, properties, context.traits]) addDigests(fields, add);
  return [...keys];
}

/** Fields such as `email_sha256`, `billing_phone_sha256`, and lists of digests. */
function addDigests(fields: object | undefined, add: (kind: KeyKind, value: unknown) => void): void {
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (!name.endsWith('_sha256')) continue;
    const kind = /email/i.test(name) ? 'e' : /phone/i.test(name) ? 'p' : undefined;
    if (kind === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) add(kind, one);
  }
}
