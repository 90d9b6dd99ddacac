import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Token } from './token.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const Kept = z.object({ text: z.string().min(1), issuedAtMs: z.number(), expiresAtMs: z.number() });

/**
 * Encrypts a token for the disk (AES-256-GCM) under a key made from the app secret: who can read the disk but not the
 * configuration learns nothing, and no further key is asked of the operator.
 *
 * @returns base64: nonce, ciphertext, tag. Opens nowhere else.
 */
export function encryptToken(token: Token, appSecret: string, boundTo: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(appSecret), nonce).setAAD(Buffer.from(boundTo));
  const text = Buffer.concat([cipher.update(JSON.stringify(token), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
}

/** @returns undefined when it was sealed with another secret or bound to something else, or is damaged. */
export function decryptToken(sealed: string, appSecret: string, boundTo: string): Token | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const tagAt = bytes.length - TAG_BYTES;
  if (tagAt < NONCE_BYTES) return undefined;
  try {
    const options = { authTagLength: TAG_BYTES };
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', keyFrom(appSecret), nonce, options)
      .setAAD(Buffer.from(boundTo))
      .setAuthTag(bytes.subarray(tagAt));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    return Kept.safeParse(JSON.parse(text.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

const keyFrom = (appSecret: string) =>
  Buffer.from(hkdfSync('sha256', appSecret, '', 'storebeacon shopline access token', KEY_BYTES));
