import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digest, isSha256, sha256 } from '../../server/privacy/hash.ts';

test('hashing twice changes nothing, so a shop may hash before it sends', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((value) => value.trim() !== ''),
      (value) => {
        const once = digest(value);
        expect(once).toMatch(/^[0-9a-f]{64}$/);
        expect(digest(once)).toBe(once);
        expect(digest(once.toUpperCase())).toBe(once);
      },
    ),
  );
});

test('an id keeps its case and loses the blanks around it', () => {
  expect(digest(' UserABC ')).toBe(sha256('UserABC'));
  expect(digest('UserABC')).not.toBe(digest('userabc'));
});

test('only 64 hex characters count as hashed', () => {
  expect(isSha256('a'.repeat(64))).toBe(true);
  expect(isSha256('A'.repeat(64))).toBe(true);
  for (const other of ['a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'a'.repeat(64)}\n`, '']) {
    expect(isSha256(other)).toBe(false);
  }
});

test('the digest of nothing never leaves', () => {
  expect(() => digest('')).toThrow(RangeError);
  expect(() => digest(' \n')).toThrow(RangeError);
});
