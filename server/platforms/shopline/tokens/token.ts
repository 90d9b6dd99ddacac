import { z } from 'zod';
import { readJson } from '../../../../shared/json.ts';

/** An access token with its times of issue and expiry. */
export interface Token {
  text: string;
  issuedAtMs: number;
  expiresAtMs: number;
}

const DAY_MS = 86_400_000;
const Claims = z.object({ exp: z.coerce.number().positive(), timestamp: z.coerce.number().positive() });

/**
 * Reads the claims of an app's token, a JWT valid for at most a day that has to be renewed. Tokens of custom apps are
 * valid for years. The signature is not verified: only SHOPLINE can do that.
 *
 * @returns undefined for a token with a longer lifetime or without readable claims.
 */
export function readAppToken(text: string): Token | undefined {
  const claims = Claims.safeParse(readPayload(text));
  if (!claims.success) return undefined;
  const { exp, timestamp: issuedAtMs } = claims.data;
  const expiresAtMs = exp * 1_000;
  const lifeMs = expiresAtMs - issuedAtMs;
  return lifeMs > 0 && lifeMs <= DAY_MS ? { text, issuedAtMs, expiresAtMs } : undefined;
}

/** When any token of this form expires, epoch ms; undefined without a readable claim. */
export const readExpiry = (text: string): number | undefined => {
  const exp = Claims.shape.exp.safeParse((readPayload(text) as { exp?: unknown } | undefined)?.exp).data;
  return exp === undefined ? undefined : exp * 1_000;
};

/** The second part of a JWT. */
const readPayload = (text: string): unknown =>
  readJson(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'));
