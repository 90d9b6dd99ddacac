import { createHash } from 'node:crypto';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import { decrypt, encrypt, KEY_BYTES } from '../lib/encryption.ts';

/** Encrypts the raw values that are stored beside an event for destinations set to `raw`. */
export interface PiiEncryption {
  /** @returns base64: key id (8 bytes), nonce, ciphertext, tag. Differs on every call. */
  encrypt(raw: RawPii, boundTo: string): string;
  /** @throws {DecryptionFailed} unknown key, damaged text, or values of another event. */
  decrypt(encrypted: string, boundTo: string): RawPii;
}

/** Encrypted PII that cannot be decrypted with the configured keys. Retrying does not help, configuring the key does. */
export class DecryptionFailed extends Error {
  override name = 'DecryptionFailed';
}

/** The event that encrypted PII is bound to: copied to another event, it cannot be decrypted. */
export function piiBinding({
  shop,
  messageId,
  piiOf = messageId,
}: Pick<ProtectedEvent, 'shop' | 'messageId' | 'piiOf'>): string {
  return JSON.stringify([shop, piiOf]);
}

const KEY_ID_BYTES = 8;
const KEY_RULE = `PII_KEY must hold keys of ${KEY_BYTES} bytes in base64; create one with: openssl rand -base64 ${KEY_BYTES}`;

/**
 * @param keys 32 bytes each. The first encrypts, all of them decrypt: to rotate, put the new key first and keep the old
 *   one until nothing encrypted with it is waiting. Empty while every destination is set to `hashed`.
 * @throws {RangeError} for a key of another length, and when encrypting without a key.
 */
export function createPiiEncryption(keys: readonly Buffer[]): PiiEncryption {
  if (keys.some((key) => key.length !== KEY_BYTES)) throw new RangeError(KEY_RULE);
  const [current] = keys;
  const byId = new Map(keys.map((key) => [keyId(key).toString('hex'), key]));
  return {
    encrypt(raw, boundTo) {
      if (!current) throw new RangeError(KEY_RULE);
      return Buffer.concat([keyId(current), encrypt(JSON.stringify(raw), current, boundTo)]).toString(
        'base64',
      );
    },
    decrypt(encrypted, boundTo) {
      const bytes = Buffer.from(encrypted, 'base64');
      const key = byId.get(bytes.toString('hex', 0, KEY_ID_BYTES));
      if (!key) throw new DecryptionFailed('encrypted with a key that is not in PII_KEY, or truncated');
      try {
        return JSON.parse(decrypt(bytes.subarray(KEY_ID_BYTES), key, boundTo));
      } catch (cause) {
        throw new DecryptionFailed('the encrypted PII is damaged or belongs to another event', { cause });
      }
    },
  };
}

/** Identifies a key without revealing it. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('storebeacon pii key').update(key).digest().subarray(0, KEY_ID_BYTES);
}
