// @module-tag slow
import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';
import { describePhase, type Outcome } from './outcome.ts';

// Each test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

/** The short form of `npm run crash`. Its other phases and sabotages: phases.long.test.ts, sabotage.long.test.ts. */
const honest = (seed: number) => ({ random: seededRandom(seed) });
const printed = (outcome: Outcome): Outcome => {
  console.log(describePhase(outcome));
  return outcome;
};

test('killed at random moments, the collector loses no event answered with 200', async () => {
  const outcome = printed(await killAtRandom(honest(20_260_301), 3));
  expect(outcome.problems).toEqual([]);
  expect(outcome.kills).toBeGreaterThanOrEqual(3);
  // Otherwise no delivery was interrupted.
  expect(outcome.repeatedSame).toBeGreaterThan(0);
});

test('ack-early fails the run', async () => {
  const { problems } = printed(await killAtRandom({ ...honest(3), sabotage: 'ack-early' }, 2));
  expect(problems).toContainEqual(expect.stringMatching(/^lost: \d+ deliveries/));
});
