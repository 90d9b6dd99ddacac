import { type Hours, type Past, pastOf, sumHours, typicalOf, type Window } from './hours.ts';
import { atMost } from './poisson.ts';

/** When a rule looks, and whether an incident is open. */
export interface Look extends Omit<Window, 'length'> {
  isOpen: boolean;
  /** No window begins before this hour: what was before belongs to an incident that has ended. */
  notBeforeHour: number;
}

/** What changed: counted and expected in the last `windowHours`. */
export interface Change {
  windowHours: number;
  value: number;
  expected: number;
}

/** Hours; the last are for shops with a few orders a day. */
const WINDOWS = [2, 4, 8, 24, 48, 72, 96, 120] as const;
/** A drop is to less than this share of what was expected … */
const DROP_SHARE = 0.4;
/** … by so many at least … */
const LEAST_LESS = 5;
/** … and improbable though a share of the expectation is given to what a Poisson distribution does not know. */
const IMPROBABLE = 1e-4;
/** There are few windows of four days and more to be wrong about. */
const LONG_IMPROBABLE = 1e-3;
const LONG_HOURS = 96;
const DOUBT = 0.6;
const LONG_DOUBT = 0.85;
/** It is over when the shortest window in which so many were expected holds this share of them again. */
const INFORMATIVE = 12;
const RECOVERED_SHARE = 0.7;
/** Where fewer are expected in the longest window nothing can be said. */
const LEAST_EXPECTED = 5;
/** Fewer events of other kinds in a window say nothing about how busy the shop is. */
const LEAST_ACTIVITY = 20;

/**
 * Finds out whether fewer were counted than in the same hours of the days before.
 *
 * @param activity what moves with it: where there is less of that, less is expected, so that the end of a campaign is no
 *   drop.
 * @param leastScale how far `activity` can lower the expectation: 0 to 1.
 */
export function findDrop(hours: Hours, activity: Hours, look: Look, leastScale: number): Change | undefined {
  const views = WINDOWS.flatMap((length) => {
    const span = { ...look, length };
    const past = look.toHour - length < look.notBeforeHour ? undefined : pastOf(hours, span);
    if (!past) return [];
    const expected = typicalOf(past) * Math.max(leastScale, activityOf(activity, span));
    return [{ windowHours: length, value: sumHours(hours, look.toHour - length, look.toHour), expected }];
  });
  const informative = views.find(({ expected }) => expected >= INFORMATIVE) ?? views.at(-1);
  if (!informative || informative.expected < LEAST_EXPECTED) return undefined;
  if (informative.value >= RECOVERED_SHARE * informative.expected) return undefined;
  return views.find(isDrop) ?? (look.isOpen ? informative : undefined);
}

function isDrop({ windowHours, value, expected }: Change): boolean {
  if (value >= DROP_SHARE * expected || expected - value < LEAST_LESS) return false;
  const improbable = windowHours < LONG_HOURS ? IMPROBABLE : LONG_IMPROBABLE;
  return atMost(value, expected * (windowHours < 24 ? DOUBT : LONG_DOUBT)) < improbable;
}

/** How busy it is in comparison, at most 1. */
function activityOf(activity: Hours, span: Window): number {
  const past: Past | undefined = pastOf(activity, span);
  const expected = past ? typicalOf(past) : 0;
  if (expected < LEAST_ACTIVITY) return 1;
  return Math.min(1, sumHours(activity, span.toHour - span.length, span.toHour) / expected);
}
