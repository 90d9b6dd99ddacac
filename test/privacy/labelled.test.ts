import { describe, expect, test } from 'vitest';
import { type Half, measure } from './labelled/measure.ts';

const MIN_SHARE = 0.99;

describe.each(['tuning', 'held-out'] satisfies Half[])('of the labelled fields, the %s half', (half) => {
  const { personal, other } = measure(half);

  test('at least 99 of 100 personal values are found', () => {
    expect(personal.pairs).toBeGreaterThanOrEqual(500);
    expect(personal.right / personal.pairs).toBeGreaterThanOrEqual(MIN_SHARE);
  });

  test('at least 99 of 100 other values are stored as they are', () => {
    expect(other.pairs).toBeGreaterThanOrEqual(500);
    expect(other.right / other.pairs).toBeGreaterThanOrEqual(MIN_SHARE);
  });
});
