import { hash } from 'node:crypto';

/** Lower-case hex of the digest of the UTF-8 bytes. */
export function sha256(value: string): string {
  return hash('sha256', value);
}

/** True for 64 hex characters in any case: the value is already hashed. */
export function isSha256(value: string): boolean {
  return /^[0-9a-f]{64}$/i.test(value);
}

/**
 * The digest of an id or of a normalised value, ignoring surrounding blanks but not case. A value that is already a digest
 * is returned in lower case.
 *
 * @throws {RangeError} when `value` is blank, which is a bug of the caller: all blank values would share one digest.
 */
export function digest(value: string): string {
  const text = value.trim();
  if (text === '') throw new RangeError('cannot hash a blank value');
  return isSha256(text) ? text.toLowerCase() : sha256(text);
}
