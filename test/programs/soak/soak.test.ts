// @module-tag slow
import { describe, expect, test } from 'vitest';
import { growth, LONG_LIFE_SAMPLES } from './lives.ts';
import { describeSoak, type SoakOutcome, soak } from './run.ts';

const printed = (outcome: SoakOutcome): SoakOutcome => {
  console.log(describeSoak(outcome));
  return outcome;
};

/** The short form of `npm run soak`: the same load and the same trouble. Its sabotages: sabotage.long.test.ts. */
test('under mixed load, with faults of the APIs and kills, nothing is lost and repeats are identical', async () => {
  const outcome = printed(await soak({ durationMs: 6_000, seed: 20_260_301 }));
  expect(outcome.problems).toEqual([]);
  // Else the run has shown little.
  expect(outcome.kills).toBeGreaterThan(0);
  expect(outcome.faults).toBeGreaterThan(0);
  expect(outcome.refused).toBeGreaterThan(0);
}, 60_000);

describe('flat means that the last third of a long life is like its middle third', () => {
  const life = (samples: number, of: (index: number) => { rssBytes: number; fds: number }) =>
    Array.from({ length: samples }, (_, index) => ({ peakRssBytes: 0, ...of(index) }));
  const noise = (index: number) => (index % 7) * 1e6;

  test.each([
    ['steady', (index: number) => ({ rssBytes: 2e8 + noise(index), fds: 70 + (index % 3) }), []],
    [
      'warming up, then steady',
      (index: number) => ({ rssBytes: Math.min(2e8, 1e8 + index * 1e6), fds: 70 }),
      [],
    ],
    [
      'one spike',
      (index: number) => ({ rssBytes: index === 590 ? 9e8 : 2e8, fds: index === 591 ? 900 : 70 }),
      [],
    ],
    ['memory that leaks', (index: number) => ({ rssBytes: 1e8 + index * 5e5, fds: 70 }), [/memory grew/]],
    ['files left open', (index: number) => ({ rssBytes: 2e8, fds: 50 + index }), [/open files grew/]],
  ] as const)('%s', (_what, of, expected) => {
    const found = growth(life(600, of));
    expect(found).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) expect(found[index]).toMatch(words);
  });

  test('a short life says nothing: it is still warming up', () => {
    expect(growth(life(LONG_LIFE_SAMPLES - 1, (index) => ({ rssBytes: 1e8 * index, fds: index })))).toEqual(
      [],
    );
  });
});
