import { expect, test } from 'vitest';
import { decrypt } from '../../server/lib/encryption.ts';
import { decryptToken } from '../../server/platforms/shopline/tokens/encrypt.ts';
import { createPiiEncryption } from '../../server/privacy/encrypted-pii.ts';

const KEY = Buffer.alloc(32, 7);

test('bytes that are too short to hold a nonce and a tag are refused', () => {
  for (const length of [0, 12, 27]) expect(() => decrypt(Buffer.alloc(length), KEY, '')).toThrow('truncated');
});

test('values written by earlier versions can be decrypted', () => {
  expect(
    createPiiEncryption([KEY]).decrypt(
      'PHw3ZvB6uW8VUSW6lLjnNHpeYIsHEOHnztzzJHjLbNap/KtUyY+ObiFsWJo9FEyEz8CNKhtPQWoi4neSzdJDIHpK',
      '["shop","m1"]',
    ),
  ).toEqual({
    email: 'alice@shop.example',
  });
  expect(
    decryptToken(
      'e+o81hN09Ggy3GcOCw/vrsUe0tev7M1j9O+CiGUExivK+FWnYDCrc9Z5zptkW3vDeLTYRmeX3cVy/WehljPM96qI+KisiLnDloruwWaVzHFSQKug92r0pHjdQ/s=',
      'secret',
      'tea',
    ),
  ).toEqual({
    text: 'a-token-of-some-length',
    issuedAtMs: 1,
    expiresAtMs: 2,
  });
});
