import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPiiEncryption, DecryptionFailed, piiBinding } from '../../server/privacy/encrypted-pii.ts';
import type { RawPii } from '../../shared/protected-event.ts';

const RAW: RawPii = { email: 'alice@shop.example', phone: '+886912345678', traits: { name: '陳小明' } };
const EVENT = piiBinding({ shop: 'shop', messageId: 'm1' });
const key = randomBytes(32);
const encrypted = createPiiEncryption([key]).encrypt(RAW, EVENT);

/** The same value with one bit flipped. */
function damaged(at: number): string {
  const bytes = Buffer.from(encrypted, 'base64');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64');
}

test('values encrypted for an event are decrypted for that event, and cannot be read otherwise', () => {
  expect(createPiiEncryption([key]).decrypt(encrypted, EVENT)).toEqual(RAW);
  expect(encrypted).toMatch(/^[A-Za-z0-9+/]+=*$/);
  expect(Buffer.from(encrypted, 'base64').toString('latin1')).not.toContain('alice');
});

test('encrypting the same values twice gives different texts', () => {
  expect(createPiiEncryption([key]).encrypt(RAW, EVENT)).not.toBe(encrypted);
});

test('keys can be rotated while encrypted values wait: the new key encrypts, the old one still decrypts', () => {
  const next = randomBytes(32);
  const rotated = createPiiEncryption([next, key]);
  expect(rotated.decrypt(encrypted, EVENT)).toEqual(RAW);
  expect(createPiiEncryption([next]).decrypt(rotated.encrypt(RAW, EVENT), EVENT)).toEqual(RAW);
});

test.each([
  ['encrypted with a removed key', () => createPiiEncryption([randomBytes(32)]).decrypt(encrypted, EVENT)],
  ['no key at all', () => createPiiEncryption([]).decrypt(encrypted, EVENT)],
  [
    'copied beside another event',
    () => createPiiEncryption([key]).decrypt(encrypted, piiBinding({ shop: 'shop', messageId: 'm2' })),
  ],
  [
    'copied to another shop',
    () => createPiiEncryption([key]).decrypt(encrypted, piiBinding({ shop: 'other', messageId: 'm1' })),
  ],
  ['truncated', () => createPiiEncryption([key]).decrypt(encrypted.slice(0, -8), EVENT)],
  ['truncated to its first bytes', () => createPiiEncryption([key]).decrypt(encrypted.slice(0, 20), EVENT)],
  ['empty', () => createPiiEncryption([key]).decrypt('', EVENT)],
  ['no base64', () => createPiiEncryption([key]).decrypt('*** ***', EVENT)],
])('%s: decryption fails, and the error holds no personal data', (_, open) => {
  expect(open).toThrow(DecryptionFailed);
  expect(open).not.toThrow(/alice/);
});

test('decryption fails after any single bit is flipped', () => {
  const length = Buffer.from(encrypted, 'base64').length;
  for (let at = 0; at < length; at++) {
    expect(() => createPiiEncryption([key]).decrypt(damaged(at), EVENT)).toThrow(DecryptionFailed);
  }
});

test('shop and message id cannot be shifted into one another', () => {
  expect(piiBinding({ shop: 'a', messageId: 'bc' })).not.toBe(piiBinding({ shop: 'ab', messageId: 'c' }));
});

test('a key of the wrong length is refused at start, naming the variable and how to make one', () => {
  for (const bytes of [0, 16, 31, 33]) {
    expect(() => createPiiEncryption([key, randomBytes(bytes)])).toThrow(/PII_KEY.*openssl rand -base64 32/);
  }
});

test('without a key encrypting throws', () => {
  expect(() => createPiiEncryption([]).encrypt(RAW, EVENT)).toThrow(/PII_KEY/);
});
