import { hash } from 'node:crypto';
import { isGuessable, isHardToGuess } from '../../shared/order-ids.ts';
import { memoize } from '../lib/cache.ts';
import { tokenKey } from './sqlite/token-key.ts';

/** Of whom there is a consent record: `a` an anonymous id, `u` a person, `t` whoever has a token, `o` an order's buyer. */
export type SubjectKind = 'a' | 'u' | 't' | 'o';

const LENGTH = 22;
const digestOf = (text: string) => hash('sha256', text, 'base64url').slice(0, LENGTH);
/** A visitor and a person come with many events; the token and the names of an order with few. */
const knownDigestOf = memoize(50_000, digestOf);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The digest that stands for an id in the consent record. */
export const subjectOf = (kind: SubjectKind, id: string): string =>
  (kind === 'a' || kind === 'u' ? knownDigestOf : digestOf)(`${kind}:${id}`);

const ofVisitor = memoize(50_000, (anonymousId) =>
  isHardToGuess(anonymousId)
    ? subjectOf('a', UUID.test(anonymousId) ? anonymousId.toLowerCase() : anonymousId)
    : '',
);

/** Empty for an id that can be guessed: many programs may send the same one, and there is no record of it. */
export const visitorSubject = (anonymousId: string | undefined): string =>
  anonymousId === undefined ? '' : ofVisitor(anonymousId);

/**
 * @param name a user id; of a person without one, the digest of the email.
 * @returns empty without a name.
 */
export const personSubject = (name: string | undefined): string =>
  name === undefined || name === '' ? '' : subjectOf('u', name);

/** Empty for a token that can be guessed. */
export const tokenSubject = (token: string): string =>
  isGuessable(token) ? '' : tokenDigestSubject(hash('sha256', tokenKey(token)));
/** @param digest SHA-256 of the token, hex. */
export const tokenDigestSubject = (digest: string): string => subjectOf('t', digest.toLowerCase());
