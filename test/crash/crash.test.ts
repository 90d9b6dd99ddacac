import { expect, test, vi } from 'vitest';
import { seededRandom } from '../support/fleet.ts';
import { stepTheClock } from './clock.ts';
import { DAMAGES, damageTheDisk } from './damage.ts';
import { countSyncs } from './fsync.ts';
import { boundedDisk, fillTheDisk } from './full-disk.ts';
import { killAtRandom } from './kills.ts';
import { describePhase, type Outcome } from './outcome.ts';
import { askToStop } from './sigterm.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

/** The short form of `npm run crash`: the same phases, and every sabotage seen to fail. */
const honest = (seed: number) => ({ random: seededRandom(seed) });
const told = (outcome: Outcome): Outcome => {
  console.log(describePhase(outcome));
  return outcome;
};

test('killed at random moments, the collector loses nothing it answered 200', async () => {
  const outcome = told(await killAtRandom(honest(20_260_301), 5));
  expect(outcome.problems).toEqual([]);
  expect(outcome.kills).toBeGreaterThanOrEqual(5);
  // Else no delivery was cut off, and the run has shown little.
  expect(outcome.repeatedSame).toBeGreaterThan(0);
});

test('asked to stop in mid-stream, it ends well, loses nothing and repeats nothing', async () => {
  expect(told(await askToStop(honest(7), 1))).toMatchObject({ problems: [], lost: 0, repeatedSame: 0 });
});

test('every answer has an fsync of its own when events come one at a time', async () => {
  expect(told(await countSyncs(honest(1))).problems).toEqual([]);
});

test('a full disk is answered 503; nothing answered 200 is lost, and it goes on once there is room', async () => {
  expect(told(await fillTheDisk(honest(1), boundedDisk())).problems).toEqual([]);
});

test('a damaged tail of the log: it starts, and says exactly how many events are missing', async () => {
  const [outcome] = (await damageTheDisk(honest(1), DAMAGES.slice(0, 1))).map(told);
  expect(outcome?.problems).toEqual([]);
});

test('the system clock is set back an hour: nothing lost, nothing twice, no retry stuck', async () => {
  expect(told(await stepTheClock(honest(1), [-3_600_000], 1)).problems).toEqual([]);
});

test.each([
  { sabotage: 'ack-early', kills: 2, problem: /^lost: \d+ deliveries/ },
  { sabotage: 'no-dedup', kills: 0, problem: /^repeated with a difference: \d+ deliveries/ },
  { sabotage: 'no-hash', kills: 0, problem: /^in clear: an email in \d+/ },
  { sabotage: 'no-fsync', kills: 0, problem: /^not durable: log.synchronous is off/ },
])('$sabotage turns the run red', async ({ sabotage, kills, problem }) => {
  const { problems } = told(await killAtRandom({ ...honest(3), sabotage }, kills));
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
