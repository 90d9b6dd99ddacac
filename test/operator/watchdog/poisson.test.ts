import { expect, test } from 'vitest';
import { atLeast, atMost } from '../../../server/operator/watchdog/poisson.ts';

/** By the definition; for small means. */
function probabilities(mean: number, most: number): number[] {
  const found = [Math.exp(-mean)];
  for (let k = 1; k <= most; k++) found.push(((found[k - 1] ?? 0) * mean) / k);
  return found;
}

test.each([0.1, 0.5, 1, 3, 9.2, 20])('the tails of a Poisson distribution with mean %d are exact', (mean) => {
  const exact = probabilities(mean, 150);
  for (let k = 0; k < mean; k++)
    expect(atMost(k, mean)).toBeCloseTo(
      exact.slice(0, k + 1).reduce((a, b) => a + b),
      6,
    );
  for (let k = Math.ceil(mean) + 1; k < 3 * mean + 5; k++) {
    const tail = exact.slice(k).reduce((a, b) => a + b);
    expect(Math.abs(atLeast(k, mean) - tail)).toBeLessThan(1e-4 * tail + 1e-12);
  }
});

test('nothing expected, nothing counted, very much of both', () => {
  expect(atMost(0, 0)).toBe(1);
  expect(atLeast(0, 5)).toBe(1);
  expect(atLeast(1, 0)).toBe(0);
  expect(atMost(0, 1e6)).toBe(0);
  expect(atMost(995_000, 1e6)).toBeLessThan(1e-6);
  expect(atMost(999_000, 1e6)).toBeCloseTo(0.159, 2);
});
