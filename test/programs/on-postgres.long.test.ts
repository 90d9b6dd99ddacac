import { expect, test, vi } from 'vitest';
import { serverOf } from '../support/engine-for-tests.ts';
import { seededRandom } from '../support/fleet.ts';
import { countSyncs } from './crash/fsync.ts';
import { killAtRandom } from './crash/kills.ts';
import { describePhase } from './crash/outcome.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 180_000 });

/** The short form of `npm run crash -- --engine postgres`; `soak` and `fuzz` take longer there than all long tests may. */
const server = serverOf('postgres');
const run = (seed: number) => ({ random: seededRandom(seed), server: server() });

test('every answer has an fsync of its own when events come one at a time', async () => {
  expect((await countSyncs(run(1))).problems).toEqual([]);
});

test('the collector and PostgreSQL are killed: no event answered with 200 is lost, and repeats are identical', async () => {
  const outcome = await killAtRandom(run(7), 2, 100);
  console.log(describePhase(outcome));
  expect(outcome.problems).toEqual([]);
});
