/** What delivered events of one name carried on one day. */
export interface MatchDay {
  /** Days since 1970 in UTC. */
  day: number;
  name: string;
  count: number;
  keys: Readonly<Record<string, number>>;
}

/** The key of which the greatest share is gone. */
export interface MatchFall {
  name: string;
  key: string;
  share: number;
  expected: number;
}

const BASELINE_DAYS = 7;
const LEAST_DAYS = 5;
/** Events: of the baseline, of one of its days, and of what is compared with it. */
const LEAST_BASELINE = 300;
const LEAST_DAY = 20;
const LEAST_NOW = 100;
/** A fall is below this share of what it was … */
const FALL_SHARE = 0.7;
/** … by so much at least … */
const LEAST_FALL = 0.1;
/** … and by so many standard errors. */
const LEAST_ERRORS = 6;
/** It is over when a day has this share of what it was. */
const RECOVERED_SHARE = 0.85;
/** Keys that come and go with campaigns: a fall is to nearly nothing. */
const OF_CAMPAIGNS: ReadonlySet<string> = new Set(['ttclid']);
const CAMPAIGN_FALL_SHARE = 0.1;

/**
 * Compares today, with yesterday where today has too few events, with seven days before.
 *
 * @param beforeDay the baseline ends before this day: that of the incident that is open, else today or yesterday.
 */
export function findMatchFall(
  days: readonly MatchDay[],
  { today, beforeDay, isOpen }: { today: number; beforeDay: number; isOpen: boolean },
): MatchFall | undefined {
  const falls = [...Map.groupBy(days, ({ name }) => name)].flatMap(([name, rows]) => {
    const windows = [today, today - 1].filter((since) => totalOf(rows, since, today) >= LEAST_NOW);
    // While it is open the end of it is found in the shortest window.
    return windows.slice(0, isOpen ? 1 : 2).flatMap((since) => fallsIn(name, rows, since));
  });
  return falls.toSorted((a, b) => a.share / a.expected - b.share / b.expected)[0];

  function fallsIn(name: string, rows: readonly MatchDay[], since: number): MatchFall[] {
    const end = Math.min(beforeDay, since);
    const before = rows.filter(({ day }) => day < end && day >= end - BASELINE_DAYS);
    if (before.length < LEAST_DAYS || sumOf(before) < LEAST_BASELINE) return [];
    const now = rows.filter(({ day }) => day >= since && day <= today);
    return keysOf(before).flatMap((key) => {
      const fall = { name, key, share: shareOf(now, key), expected: usualShare(before, key) };
      return isFall(fall, sumOf(now), isOpen) ? [fall] : [];
    });
  }
}

function isFall({ key, share, expected }: MatchFall, count: number, isOpen: boolean): boolean {
  const fallShare = OF_CAMPAIGNS.has(key) ? CAMPAIGN_FALL_SHARE : isOpen ? RECOVERED_SHARE : FALL_SHARE;
  if (share >= fallShare * expected) return false;
  if (isOpen) return expected - share >= LEAST_FALL / 2;
  if (expected - share < LEAST_FALL) return false;
  return expected - share > LEAST_ERRORS * Math.sqrt((expected * (1 - expected) + 0.01) / count);
}

/** The share of all days, or of the second lowest where that is less: weekends differ. */
function usualShare(days: readonly MatchDay[], key: string): number {
  const ofDays = days.filter(({ count }) => count >= LEAST_DAY).map((day) => shareOf([day], key));
  return Math.min(shareOf(days, key), ofDays.toSorted((a, b) => a - b)[1] ?? 1);
}

const keysOf = (days: readonly MatchDay[]) => [...new Set(days.flatMap(({ keys }) => Object.keys(keys)))];
const sumOf = (days: readonly MatchDay[]) => days.reduce((sum, { count }) => sum + count, 0);
const totalOf = (days: readonly MatchDay[], from: number, to: number) =>
  sumOf(days.filter(({ day }) => day >= from && day <= to));
const shareOf = (days: readonly MatchDay[], key: string) =>
  days.reduce((sum, { keys }) => sum + (keys[key] ?? 0), 0) / Math.max(sumOf(days), 1);
