import { expect, test, vi } from 'vitest';
import { serverOf } from '../support/engine-for-tests.ts';
import { seededRandom } from '../support/fleet.ts';
import { countSyncs } from './crash/fsync.ts';
import { killAtRandom } from './crash/kills.ts';
import { describePhase } from './crash/outcome.ts';
import { askToStop } from './crash/sigterm.ts';
import { describeFuzz } from './fuzz/main.ts';
import { fuzz } from './fuzz/run.ts';
import { describeSoak, soak } from './soak/run.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 180_000 });

/** The short forms of `npm run crash`, `soak` and `fuzz` with `--engine postgres`. */
const server = serverOf('postgres');
const run = (seed: number) => ({ random: seededRandom(seed), server: server() });

test('every answer has an fsync of its own when events come one at a time', async () => {
  expect((await countSyncs(run(1))).problems).toEqual([]);
});

test('the collector and PostgreSQL are killed: no event answered with 200 is lost, and repeats are identical', async () => {
  const outcome = await killAtRandom(run(7), 4, 100);
  console.log(describePhase(outcome));
  expect(outcome.problems).toEqual([]);
});

test('asked to stop in mid-stream, it ends well, loses nothing and repeats nothing', async () => {
  expect((await askToStop(run(7), 1)).problems).toEqual([]);
});

test('under mixed load, with faults of the APIs and kills, nothing is lost and repeats are identical', async () => {
  const outcome = await soak({ durationMs: 6_000, seed: 20_260_301, server: server() });
  console.log(describeSoak(outcome));
  expect(outcome.problems).toEqual([]);
});

test('whatever senders come up with: no crash, no lie, nothing lost, no garbage in the log', async () => {
  const outcome = await fuzz({
    ...{ seed: 20_260_301, limitMs: 100_000, bodies: 450, kills: 1, costly: 1 },
    server: server(),
  });
  console.log(describeFuzz(outcome));
  expect(outcome.problems).toEqual([]);
});
