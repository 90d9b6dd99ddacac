import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { decrypt, encrypt, KEY_BYTES } from '../../../lib/encryption.ts';
import type { Token } from './token.ts';

const StoredToken = z.object({ text: z.string().min(1), issuedAtMs: z.number(), expiresAtMs: z.number() });

/**
 * Encrypts a token for the disk under a key derived from the app secret, so that no further key has to be configured
 * and the data directory alone does not reveal the token.
 *
 * @returns base64, decrypted only with the same app secret and `boundTo`.
 */
export const encryptToken = (token: Token, appSecret: string, boundTo: string): string =>
  encrypt(JSON.stringify(token), keyFrom(appSecret), boundTo).toString('base64');

/** @returns undefined when it was encrypted with another app secret or `boundTo`, or is damaged. */
export function decryptToken(encrypted: string, appSecret: string, boundTo: string): Token | undefined {
  try {
    const text = decrypt(Buffer.from(encrypted, 'base64'), keyFrom(appSecret), boundTo);
    return StoredToken.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const keyFrom = (appSecret: string) =>
  Buffer.from(hkdfSync('sha256', appSecret, '', 'storebeacon shopline access token', KEY_BYTES));
