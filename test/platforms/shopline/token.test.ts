import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { sign } from '../../../server/platforms/shopline/admin/sign.ts';
import { decryptToken, encryptToken } from '../../../server/platforms/shopline/tokens/encrypt.ts';
import { readAppToken } from '../../../server/platforms/shopline/tokens/token.ts';
import { HOUR_MS, jwt, NOW_MS } from './tokens.ts';

test('an app’s token is a JWT valid for at most a day, with times of issue and expiry', () => {
  const text = jwt(NOW_MS, NOW_MS + 10 * HOUR_MS);
  expect(readAppToken(text)).toEqual({ text, issuedAtMs: NOW_MS, expiresAtMs: NOW_MS + 10 * HOUR_MS });
  expect(readAppToken(jwt(NOW_MS, NOW_MS + 24 * HOUR_MS))).toBeDefined();
});

test.each([
  ['a custom app’s, which lives three years', jwt(NOW_MS, NOW_MS + 3 * 365 * 24 * HOUR_MS)],
  ['a second over a day', jwt(NOW_MS, NOW_MS + 24 * HOUR_MS + 1_000)],
  ['one that ended before it began', jwt(NOW_MS, NOW_MS - HOUR_MS)],
  ['opaque text', 'shpat_0123456789abcdef'],
  ['empty', ''],
  ['dots alone', '...'],
  ['no JSON inside', `a.${Buffer.from('nonsense').toString('base64url')}.c`],
  ['claims that are no object', `a.${Buffer.from('null').toString('base64url')}.c`],
  ['claims without times', `a.${Buffer.from('{"iss":"ysoul"}').toString('base64url')}.c`],
  ['times that are no numbers', `a.${Buffer.from('{"exp":{},"timestamp":"x"}').toString('base64url')}.c`],
])('left as it is: %s', (_what, text) => {
  expect(readAppToken(text)).toBeUndefined();
});

test('a call is signed with its body and time, in lower-case hex', () => {
  expect(sign('', 1_772_366_400_000, 'app-secret')).toBe(
    createHmac('sha256', 'app-secret').update('1772366400000').digest('hex'),
  );
  expect(sign('{"code":"x"}', 5, 'app-secret')).toBe(
    createHmac('sha256', 'app-secret').update('{"code":"x"}5').digest('hex'),
  );
  expect(sign('', 5, 'app-secret')).toMatch(/^[0-9a-f]{64}$/);
});

test('an encrypted token is decrypted only with the same secret and binding', () => {
  const token = { text: 'a-token-of-some-length', issuedAtMs: 1, expiresAtMs: 2 };
  const encrypted = encryptToken(token, 'secret', 'tea');
  expect(decryptToken(encrypted, 'secret', 'tea')).toEqual(token);
  expect(decryptToken(encrypted, 'another', 'tea')).toBeUndefined();
  expect(decryptToken(encrypted, 'secret', 'shoes')).toBeUndefined();
  const bytes = Buffer.from(encrypted, 'base64');
  for (const at of [0, 12, bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(decryptToken(damaged.toString('base64'), 'secret', 'tea')).toBeUndefined();
  }
  for (const nothing of ['', 'AAAA', 'not base64 at all!'])
    expect(decryptToken(nothing, 'secret', 'tea')).toBeUndefined();
  expect(bytes.toString('latin1')).not.toContain(token.text);
  expect(encryptToken(token, 'secret', 'tea')).not.toBe(encrypted);
});
