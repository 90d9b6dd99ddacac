import { z } from 'zod';

/** An access token, with when it was given and when it ends. */
export interface Token {
  text: string;
  issuedAtMs: number;
  expiresAtMs: number;
}

const DAY_MS = 86_400_000;
const Claims = z.object({ exp: z.coerce.number().positive(), timestamp: z.coerce.number().positive() });

/**
 * Reads an app's token: one that lives a day at most and wants to be renewed. Those of custom apps live for years.
 * Nothing is verified: the token is ours, and only SHOPLINE can tell whether it is good.
 *
 * @returns undefined for a token that lives longer, or says nothing about itself.
 */
export function readAppToken(text: string): Token | undefined {
  const claims = Claims.safeParse(readPayload(text));
  if (!claims.success) return undefined;
  const { exp, timestamp: issuedAtMs } = claims.data;
  const expiresAtMs = exp * 1_000;
  const lifeMs = expiresAtMs - issuedAtMs;
  return lifeMs > 0 && lifeMs <= DAY_MS ? { text, issuedAtMs, expiresAtMs } : undefined;
}

/** The second part of a JWT. */
function readPayload(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
