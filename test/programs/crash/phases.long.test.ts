import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { stepTheClock } from './clock.ts';
import { DAMAGES, damageTheDisk } from './damage.ts';
import { countSyncs } from './fsync.ts';
import { boundedDisk, fillTheDisk } from './full-disk.ts';
import { askToStop } from './sigterm.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 300_000 });

/** The phases of `npm run crash` beside its kills, each in a short form. */
const honest = (seed: number) => ({ random: seededRandom(seed) });

test('asked to stop in mid-stream, it ends well, loses nothing and repeats nothing', async () => {
  expect(await askToStop(honest(7), 1)).toMatchObject({ problems: [], lost: 0, repeatedSame: 0 });
});

test('every answer has an fsync of its own when events come one at a time', async () => {
  expect((await countSyncs(honest(1))).problems).toEqual([]);
});

test('a full disk is answered 503; nothing answered 200 is lost, and it goes on once there is room', async () => {
  expect((await fillTheDisk(honest(1), boundedDisk())).problems).toEqual([]);
});

test('a damaged tail of the log: it starts, and says exactly how many events are missing', async () => {
  const [outcome] = await damageTheDisk(honest(1), DAMAGES.slice(0, 1));
  expect(outcome?.problems).toEqual([]);
});

test('the system clock is set back an hour: nothing lost, nothing twice, no retry stuck', async () => {
  expect((await stepTheClock(honest(1), [-3_600_000], 1)).problems).toEqual([]);
});
