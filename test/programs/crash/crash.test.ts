import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';
import { describePhase, type Outcome } from './outcome.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

/** The short form of `npm run crash`. Its other phases and sabotages: phases.long.test.ts, sabotage.long.test.ts. */
const honest = (seed: number) => ({ random: seededRandom(seed) });
const told = (outcome: Outcome): Outcome => {
  console.log(describePhase(outcome));
  return outcome;
};

test('killed at random moments, the collector loses nothing it answered 200', async () => {
  const outcome = told(await killAtRandom(honest(20_260_301), 3));
  expect(outcome.problems).toEqual([]);
  expect(outcome.kills).toBeGreaterThanOrEqual(3);
  // Else no delivery was cut off, and the run has shown little.
  expect(outcome.repeatedSame).toBeGreaterThan(0);
});

// Two kills may come at moments at which it owes nothing; not in three runs.
test('ack-early turns the run red', { retry: 2 }, async () => {
  const { problems } = told(await killAtRandom({ ...honest(3), sabotage: 'ack-early' }, 2));
  expect(problems).toContainEqual(expect.stringMatching(/^lost: \d+ deliveries/));
});
