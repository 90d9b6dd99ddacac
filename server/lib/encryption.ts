import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts text with AES-256-GCM under a fresh random nonce.
 *
 * @param key 32 bytes.
 * @param boundTo authenticated, not stored: the result can be decrypted only with the same text.
 * @returns nonce (12 bytes), ciphertext, tag (16 bytes).
 */
export function encrypt(text: string, key: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @throws when the bytes are truncated or altered, or were encrypted with another key or `boundTo`. */
export function decrypt(bytes: Buffer, key: Buffer, boundTo: string): string {
  const tagAt = bytes.length - TAG_BYTES;
  if (tagAt < NONCE_BYTES) throw new RangeError('truncated ciphertext');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(tagAt));
  const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
  return text.toString('utf8');
}
