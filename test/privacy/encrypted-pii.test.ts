import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPiiEncryption, DecryptionFailed, piiBinding } from '../../server/privacy/encrypted-pii.ts';
import type { RawPii } from '../../shared/protected-event.ts';

const RAW: RawPii = { email: 'alice@shop.example', phone: '+886912345678', traits: { name: '陳小明' } };
const EVENT = piiBinding({ shop: 'shop', messageId: 'm1' });
const key = randomBytes(32);
const sealed = createPiiEncryption([key]).encrypt(RAW, EVENT);

/** The same seal with one bit turned. */
function damaged(at: number): string {
  const bytes = Buffer.from(sealed, 'base64');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64');
}

test('what was sealed for an event opens for that event, and shows nothing to anybody else', () => {
  expect(createPiiEncryption([key]).decrypt(sealed, EVENT)).toEqual(RAW);
  expect(sealed).toMatch(/^[A-Za-z0-9+/]+=*$/);
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('alice');
});

test('the same values sealed twice look different', () => {
  expect(createPiiEncryption([key]).encrypt(RAW, EVENT)).not.toBe(sealed);
});

test('a key can be changed while seals are waiting: the new one seals, the old one still opens', () => {
  const next = randomBytes(32);
  const rotated = createPiiEncryption([next, key]);
  expect(rotated.decrypt(sealed, EVENT)).toEqual(RAW);
  expect(createPiiEncryption([next]).decrypt(rotated.encrypt(RAW, EVENT), EVENT)).toEqual(RAW);
});

test.each([
  ['sealed with a key that is gone', () => createPiiEncryption([randomBytes(32)]).decrypt(sealed, EVENT)],
  ['no key at all', () => createPiiEncryption([]).decrypt(sealed, EVENT)],
  [
    'copied beside another event',
    () => createPiiEncryption([key]).decrypt(sealed, piiBinding({ shop: 'shop', messageId: 'm2' })),
  ],
  [
    'copied to another shop',
    () => createPiiEncryption([key]).decrypt(sealed, piiBinding({ shop: 'other', messageId: 'm1' })),
  ],
  ['cut short', () => createPiiEncryption([key]).decrypt(sealed.slice(0, -8), EVENT)],
  ['only its first bytes left', () => createPiiEncryption([key]).decrypt(sealed.slice(0, 20), EVENT)],
  ['empty', () => createPiiEncryption([key]).decrypt('', EVENT)],
  ['no base64', () => createPiiEncryption([key]).decrypt('*** ***', EVENT)],
])('%s: unreadable, and the error tells nothing personal', (_, open) => {
  expect(open).toThrow(DecryptionFailed);
  expect(open).not.toThrow(/alice/);
});

test('any bit turned anywhere makes it unreadable', () => {
  const length = Buffer.from(sealed, 'base64').length;
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

test('without a key nothing is ever sealed in clear', () => {
  expect(() => createPiiEncryption([]).encrypt(RAW, EVENT)).toThrow(/PII_KEY/);
});
