import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { RawPii } from '../../shared/protected-event.ts';

/** Encrypts the raw values that travel beside an event to a destination set to `raw` (AES-256-GCM). */
export interface PiiEncryption {
  /** Base64 text: id of the key, nonce, ciphertext, tag. Never the same twice. */
  encrypt(raw: RawPii, boundTo: string): string;
  /** @throws {DecryptionFailed} key unknown, text damaged, or sealed for another event. */
  decrypt(sealed: string, boundTo: string): RawPii;
}

/** A seal that cannot be opened here. Waiting will not help, the right key will. */
export class DecryptionFailed extends Error {
  override name = 'SealUnreadable';
}

/** What a seal belongs to: copied beside another event it does not open. */
export function piiBinding({ shop, messageId }: { shop: string; messageId: string }): string {
  return JSON.stringify([shop, messageId]);
}

const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WANTED = `PII_KEY wants keys of ${KEY_BYTES} bytes in base64; make one with: openssl rand -base64 ${KEY_BYTES}`;

/**
 * @param keys 32 bytes each. The first seals, all of them open: to rotate, put the new one in front and leave the old
 *   one until nothing sealed with it is waiting.
 *   Empty while every destination is set to hashed: then nothing asks to seal, and nothing opens.
 * @throws {RangeError} a key of another length; sealing without any key.
 */
export function createPiiEncryption(keys: readonly Buffer[]): PiiEncryption {
  if (keys.some((key) => key.length !== KEY_BYTES)) throw new RangeError(WANTED);
  const [sealing] = keys;
  const byId = new Map(keys.map((key) => [keyId(key).toString('hex'), key]));
  return {
    encrypt(raw, boundTo) {
      if (!sealing) throw new RangeError(WANTED);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(boundTo));
      const text = Buffer.concat([cipher.update(JSON.stringify(raw), 'utf8'), cipher.final()]);
      return Buffer.concat([keyId(sealing), nonce, text, cipher.getAuthTag()]).toString('base64');
    },
    decrypt(sealed, boundTo) {
      const bytes = Buffer.from(sealed, 'base64');
      const nonceAt = KEY_ID_BYTES;
      const textAt = nonceAt + NONCE_BYTES;
      const tagAt = bytes.length - TAG_BYTES;
      if (tagAt < textAt) throw new DecryptionFailed('the seal is cut short');
      const key = byId.get(bytes.toString('hex', 0, nonceAt));
      if (!key) throw new DecryptionFailed('the seal was made with a key that PII_KEY no longer holds');
      try {
        const options = { authTagLength: TAG_BYTES };
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, textAt), options)
          .setAAD(Buffer.from(boundTo))
          .setAuthTag(bytes.subarray(tagAt));
        const text = Buffer.concat([decipher.update(bytes.subarray(textAt, tagAt)), decipher.final()]);
        return JSON.parse(text.toString('utf8'));
      } catch (cause) {
        throw new DecryptionFailed('the seal is damaged or belongs to another event', { cause });
      }
    },
  };
}

/** Names a key without telling anything about it. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('storebeacon pii key').update(key).digest().subarray(0, KEY_ID_BYTES);
}
