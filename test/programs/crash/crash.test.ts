// @module-tag slow
import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';
import { describePhase } from './outcome.ts';

// The test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

/** The short form of `npm run crash`. Its other phases and sabotages: phases.long.test.ts, sabotage.long.test.ts. */
test('killed at random moments, the collector loses no event answered with 200', async () => {
  const outcome = await killAtRandom({ random: seededRandom(20_260_301) }, 3);
  console.log(describePhase(outcome));
  expect(outcome.problems).toEqual([]);
  expect(outcome.kills).toBeGreaterThanOrEqual(3);
  // Otherwise no delivery was interrupted.
  expect(outcome.repeatedSame).toBeGreaterThan(0);
});
