import type { Change, Look } from './drop.ts';
import { busyOf, type Hours, pastOf, sumHours, typicalOf } from './hours.ts';
import { atLeast } from './poisson.ts';

/** What counts as a rise. Shares are of all that could have gone wrong in the span. */
export interface RiseLimits {
  windows: readonly number[];
  /** So many, and this share … */
  least: number;
  leastShare: number;
  /** … or fewer, where most go wrong. */
  few: number;
  fewShare: number;
}

/** Times what a busy day held. */
const FACTOR = 3;
const IMPROBABLE = 1e-4;
/** Where most go wrong the share itself is evidence. */
const FEW_IMPROBABLE = 2e-3;
const DOUBT = 1.5;
/** Before anything was ever counted. */
const FLOOR = 0.3;
/** It is over when the shortest window with so many holds no more than twice of what is usual. */
const INFORMATIVE = 300;

/**
 * Finds out whether more went wrong than in the same hours of the days before, in proportion to how much there was.
 *
 * @param all what `bad` is a share of, `bad` included.
 */
export function findRise(bad: Hours, all: Hours, look: Look, limits: RiseLimits): Change | undefined {
  const views = limits.windows.flatMap((length) => {
    const span = { ...look, length };
    const [past, pastAll] = [pastOf(bad, span), pastOf(all, span)];
    if (!past || !pastAll || look.toHour - length < look.notBeforeHour) return [];
    const from = look.toHour - length;
    const total = sumHours(all, from, look.toHour);
    const busier = total / Math.max(typicalOf(pastAll), 1);
    const expected = busyOf(past) * Math.max(1, busier);
    return [{ windowHours: length, value: sumHours(bad, from, look.toHour), expected, total }];
  });
  const informative = views.find(({ total }) => total >= INFORMATIVE) ?? views.at(-1);
  if (!informative) return undefined;
  const { value, expected, total } = informative;
  if (value <= Math.max(2 * expected + 1, (limits.leastShare / 2) * total)) return undefined;
  return views.find((view) => isRise(view, limits)) ?? (look.isOpen ? informative : undefined);
}

function isRise({ value, expected, total }: Change & { total: number }, limits: RiseLimits): boolean {
  if (value <= FACTOR * expected) return false;
  const { least, leastShare, few, fewShare } = limits;
  const improbability = atLeast(value, DOUBT * expected + FLOOR);
  if (value >= least && value >= leastShare * total) return improbability < IMPROBABLE;
  return value >= few && value >= fewShare * total && improbability < FEW_IMPROBABLE;
}
