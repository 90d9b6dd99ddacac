import { hash } from 'node:crypto';

/** Lower-case hex of the digest over UTF-8 bytes. */
export function sha256(value: string): string {
  return hash('sha256', value);
}

/** True for 64 hex characters in any case: somebody hashed it already. */
export function isSha256(value: string): boolean {
  return /^[0-9a-f]{64}$/i.test(value);
}

/**
 * Digest of an id or of an already normalised value; surrounding blanks never count, case does. What is a digest
 * already passes in lower case.
 *
 * @throws {RangeError} when `value` is blank: the digest of nothing would match everybody. Our mistake, never a sender's.
 */
export function digest(value: string): string {
  const text = value.trim();
  if (text === '') throw new RangeError('nothing to hash: a blank value must be left out');
  return isSha256(text) ? text.toLowerCase() : sha256(text);
}
