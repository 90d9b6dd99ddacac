import { divide } from '../../../lib/decimal.ts';

/** Reports arrive late, so a part may be larger than its whole (more opens than deliveries); the rate is then 100 %. */
const atMost = (part: number, whole: number) => Math.min(part, whole);

/** A rate as percent, 0 to 100, at most two decimals: `56.6`. 0 where there is nothing to divide by. */
export const percent = (part: number, whole: number): string =>
  String(divide(100 * atMost(part, whole), whole, 2));

/** A rate as a fraction, 0 to 1, at most four decimals: `0.09`. 0 where there is nothing to divide by. */
export const fraction = (part: number, whole: number): string =>
  String(divide(atMost(part, whole), whole, 4));

/** `part ÷ whole`, at most two decimals: `3.5`. 0 where there is nothing to divide by. */
export const ratio = (part: number, whole: number): string => String(divide(part, whole, 2));
