import type { FollowingClock } from '../../lib/following-clock.ts';

/** Two clocks, both in epoch ms: `now` for dates, may be set forward and back; `steady` for leases and waits. */
export interface LogClock {
  now(): number;
  steady(): number;
  /** Present where both follow the database's clock. */
  follow?: FollowingClock['follow'] | undefined;
}

/** How far the clock of dates was set since the process began, in ms. Held times are stored in steady time. */
export const clockShiftMs = ({ now, steady }: LogClock) => now() - steady();
