import { hash } from 'node:crypto';
import type { ProtectedEvent } from '../../../../shared/protected-event.ts';
import { isSha256 } from '../../../privacy/hash.ts';
import { digestsIn, type Person } from '../../../privacy/person.ts';
import { readIdentity } from '../person-scan.ts';

/** `m` a messageId, `a` an anonymous id, `u` a user id, `d` a digest of an email or a phone, `o` an order's name. */
export type KeyKind = 'm' | 'a' | 'u' | 'd' | 'o';

/** Events of one segment: a chunk of 500 writes most of its pages, and a question reads each segment. */
const SEGMENT = 4_096;
export const segmentOf = (seq: number): number => Math.floor(seq / SEGMENT);
export const firstOfSegment = (segment: number): number => segment * SEGMENT;

/**
 * The digest under which an id is found: 48 bits, a whole number in JavaScript and in SQLite. Of ten million keys two are the
 * same with a probability of one in six; a search then finds an event too many.
 */
export const keyOf = (kind: KeyKind, shop: string, value: string): number =>
  Number.parseInt(hash('sha256', `${kind}\0${shop}\0${value}`).slice(0, 12), 16);

/** A text of the store. */
export interface KeyedText {
  shop: string;
  body: string;
}

/** Every id and digest by which an event can be found. @param event undefined where its text is damaged. */
export const keysOf = (text: KeyedText, event: ProtectedEvent | undefined): number[] =>
  event
    ? [...personKeysOf(text, event.identity), keyOf('m', text.shop, event.messageId)]
    : personKeysOf(text);

/** Those of persons: whatever an erasure looks at, digests wherever they stand, also in a text that is damaged. */
export function personKeysOf({ shop, body }: KeyedText, identity = readIdentity(body)): number[] {
  const { anonymousId, userId, previousId } = identity ?? {};
  const keys = new Set(digestsIn(body).map((digest) => keyOf('d', shop, digest)));
  if (anonymousId) keys.add(keyOf('a', shop, anonymousId));
  if (userId) keys.add(keyOf('u', shop, userId));
  if (previousId) keys.add(keyOf('u', shop, previousId));
  return [...keys];
}

/** The keys under which everything is found that may be about a person. */
export const keysOfPerson = (shop: string, { ids, browsers }: Person): number[] => [
  ...[...ids].map((id) => keyOf('u', shop, id)),
  ...[...ids].filter(isSha256).map((id) => keyOf('d', shop, id)),
  ...keysOfBrowsers(shop, browsers),
];
export const keysOfBrowsers = (shop: string, browsers: ReadonlySet<string>): number[] =>
  [...browsers].map((id) => keyOf('a', shop, id));
