/** What the tests of tokens share. */
export const HOUR_MS = 3_600_000;
export const NOW_MS = Date.parse('2026-03-01T00:00:00Z');

/** A token as SHOPLINE writes it: claims in the middle, signed by nobody. */
export const jwt = (issuedAtMs: number, expiresAtMs: number, name = 'token'): string =>
  ['{"alg":"HS512"}', JSON.stringify({ timestamp: issuedAtMs, exp: expiresAtMs / 1_000, iss: 'ysoul' }), name]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
