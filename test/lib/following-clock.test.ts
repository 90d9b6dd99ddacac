import { expect, test } from 'vitest';
import { createFollowingClock } from '../../server/lib/following-clock.ts';
import { createFakeClock } from '../support/clock.ts';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');

/** The other clock is read in the middle of a question that takes 200 ms. */
async function setUp(aheadMs: number) {
  const machine = createFakeClock(NOW_MS);
  const clock = createFollowingClock(machine);
  const ask = async () => {
    const askedMs = clock.steady();
    await machine.advance(100);
    const theirMs = machine.now() - aheadMs;
    await machine.advance(100);
    return clock.follow(theirMs, askedMs);
  };
  return { machine, clock, ask };
}

test.each([60_000, -60_000, 3_600_000])(
  '%i ms ahead: its time is the other’s within the question',
  async (aheadMs) => {
    const { machine, clock, ask } = await setUp(aheadMs);
    expect(Math.abs((await ask()) - aheadMs)).toBeLessThanOrEqual(100);
    expect(Math.abs(clock.now() - (machine.now() - aheadMs))).toBeLessThanOrEqual(100);
    const before = clock.now() - machine.now();
    await ask();
    expect(clock.now() - machine.now()).toBe(before);
  },
);

test('what can have been its own time changes nothing', async () => {
  const { machine, clock, ask } = await setUp(50);
  expect(await ask()).toBe(0);
  expect(clock.now()).toBe(machine.now());
});
