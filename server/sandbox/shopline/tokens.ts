import { createHmac } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import { isObject } from '../stand-in.ts';

const LIFE_MS = 10 * 3_600_000;
const GRACE_MS = 5 * 60_000;
/** Signs the sandbox's tokens. */
const KEY = 'sandbox-token-key';

/** The app tokens that are valid at this moment. */
export interface Tokens {
  isValid(token: string): boolean;
  /** Issues a new token; earlier ones stay valid for five minutes, or until they expire if that is sooner. */
  refresh(): { accessToken: string; expiresAtMs: number };
}

export function createTokens(credentials: Credentials['shopline'], clock: () => number): Tokens {
  const endsMs = new Map<string, number>([[credentials.accessToken, expiryOf(credentials.accessToken)]]);
  let issued = 0;
  return {
    isValid: (token) => clock() < (endsMs.get(token) ?? 0),
    refresh() {
      const nowMs = clock();
      issued += 1;
      const accessToken = shoplineToken(credentials, nowMs, LIFE_MS, issued);
      for (const [token, endMs] of endsMs) endsMs.set(token, Math.min(endMs, nowMs + GRACE_MS));
      const expiresAtMs = expiryOf(accessToken);
      endsMs.set(accessToken, expiresAtMs);
      return { accessToken, expiresAtMs };
    },
  };
}

/**
 * An app token in SHOPLINE's form: a JWT with HS512. As `accessToken` of `createSandbox` it expires.
 *
 * @param count distinguishes tokens issued within one millisecond.
 */
export function shoplineToken(
  app: Pick<Credentials['shopline'], 'appKey' | 'storeId'>,
  issuedAtMs: number,
  lifeMs = LIFE_MS,
  count = 0,
): string {
  const claims = {
    appKey: app.appKey,
    storeId: app.storeId,
    version: 'V2',
    timestamp: issuedAtMs,
    iss: 'sandbox',
    exp: Math.floor((issuedAtMs + lifeMs) / 1000),
    jti: String(count),
  };
  const text = [{ alg: 'HS512' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  return `${text}.${createHmac('sha512', KEY).update(text).digest('base64url')}`;
}

/** Epoch ms; infinite for a token that is no JWT. */
function expiryOf(token: string): number {
  const [, claims = ''] = token.split('.');
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
    if (isObject(parsed) && typeof parsed.exp === 'number') return parsed.exp * 1000;
  } catch {
    // No JWT: a custom app's token does not expire.
  }
  return Number.POSITIVE_INFINITY;
}

const base64url = (text: string) => Buffer.from(text).toString('base64url');
