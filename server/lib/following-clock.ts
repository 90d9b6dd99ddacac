import { type Clock, systemClock } from './clock.ts';

/** A clock that is set by another one, so that what several processes write and compare is by one. */
export interface FollowingClock extends Required<Clock> {
  /**
   * Sets the clock by an answer that has just arrived with the other's time. That time was read between question and answer:
   * where it can have been this clock's too, nothing changes.
   *
   * @param theirMs epoch ms. @param askedMs when it was asked for, by `steady`.
   * @returns how far the machine's own clock is ahead of the other one, in ms.
   */
  follow(theirMs: number, askedMs: number): number;
}

/** How far clocks may be apart; less is no fault of a machine's clock. */
export const MAX_CLOCK_DIFFERENCE_MS = 5_000;

/** Its dates pass as on a stopwatch: what is done to the machine's clock does not matter. */
export function createFollowingClock(machine: Clock): FollowingClock {
  let correctionMs = 0;
  const now = () => (machine.steady ?? machine.now)() + correctionMs;
  return {
    now,
    steady: now,
    sleep: machine.sleep,
    follow(theirMs, askedMs) {
      correctionMs += Math.max(theirMs - now(), Math.min(theirMs - askedMs, 0));
      return machine.now() - now();
    },
  };
}

/** @param isShared other processes compare what this one writes. */
export const processClock = (isShared: boolean): Clock =>
  isShared ? createFollowingClock(systemClock) : systemClock;
