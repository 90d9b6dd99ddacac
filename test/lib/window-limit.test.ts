import { expect, test } from 'vitest';
import { createWindowLimit } from '../../server/lib/window-limit.ts';

test('each key has a limit of its own, and what is refused does not count', () => {
  const limit = createWindowLimit(10, 1_000, () => 0);
  expect(limit('a', 6)).toBe(0);
  expect(limit('a', 5)).toBe(1_000);
  expect(limit('a', 4)).toBe(0);
  expect(limit('b', 10)).toBe(0);
  expect(limit('c', 11)).toBeGreaterThan(0);
});

test('a window begins with the first amount and ends after its time', () => {
  let now = 5_000;
  const limit = createWindowLimit(1, 1_000, () => now);
  expect(limit('a', 1)).toBe(0);
  now += 400;
  expect(limit('a', 1)).toBe(600);
  now += 599;
  expect(limit('a', 1)).toBe(1);
  now += 1;
  expect(limit('a', 1)).toBe(0);
});

test('a system clock that is set back or forward by hours does not keep a key refused', () => {
  let now = 100_000_000;
  const limit = createWindowLimit(1, 1_000, () => now);
  for (const stepMs of [-50_000_000, 90_000_000, -10_000, 3_000]) {
    expect(limit('a', 1)).toBe(0);
    expect(limit('a', 1)).toBeGreaterThan(0);
    now += stepMs;
  }
});

test('a clock set back by less than a window does not lengthen the wait beyond two of them', () => {
  let now = 100_000;
  const limit = createWindowLimit(1, 1_000, () => now);
  limit('a', 1);
  now -= 900;
  expect(limit('a', 1)).toBe(1_900);
});

test('however many keys there are, memory is bounded and the newest ones are limited', () => {
  const limit = createWindowLimit(1, 1_000, () => 0);
  for (let nth = 0; nth <= 100_001; nth++) limit(`key-${nth}`, 1);
  expect(limit('key-100000', 1)).toBeGreaterThan(0);
  expect(limit('key-0', 1)).toBe(0);
});
