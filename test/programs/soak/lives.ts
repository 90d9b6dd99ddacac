import type { Fleet, Usage } from '../../support/fleet.ts';

/** What one process looked like from its start on, twice a second. */
type Life = Pick<Usage, 'rssBytes' | 'peakRssBytes' | 'fds'>[];

/** Watches memory and open files of one process after the other. */
export interface Lives {
  /** A new process has taken over. */
  next(): void;
  peakRssBytes(): number;
  /** Open files of the last process at its end; its peak over all lives. */
  fds(): { last: number; peak: number };
  /** What grew that should not, in words. */
  problems(): string[];
  stop(): void;
}

const INTERVAL_MS = 500;
/** A shorter life is still warming up: V8 lets its heap grow for more than a minute before it first cleans up. */
export const LONG_LIFE_SAMPLES = 240_000 / INTERVAL_MS;
const GROWTH = 1.15;

export function watchLives(fleet: Fleet): Lives {
  const lives: Life[] = [[]];
  const timer = setInterval(() => {
    const usage = fleet.collector().usage();
    // A process between two states has no memory to speak of.
    if (usage && usage.rssBytes > 0) lives.at(-1)?.push(usage);
  }, INTERVAL_MS);
  const all = () => lives.flat();
  return {
    next: () => void lives.push([]),
    peakRssBytes: () => Math.max(0, ...all().map(({ peakRssBytes }) => peakRssBytes)),
    fds: () => ({ last: all().at(-1)?.fds ?? 0, peak: Math.max(0, ...all().map(({ fds }) => fds)) }),
    problems: () => lives.flatMap(growth),
    stop: () => clearInterval(timer),
  };
}

/**
 * Flat means: in a life of four minutes or more, the median of its last third is at most 1.15 times the median of its
 * middle third, for memory as for open files. A shorter life says nothing.
 */
export function growth(life: Life): string[] {
  if (life.length < LONG_LIFE_SAMPLES) return [];
  const third = Math.floor(life.length / 3);
  const grown = (what: string, of: (usage: Life[number]) => number) => {
    const middle = median(life.slice(third, 2 * third).map(of));
    const last = median(life.slice(2 * third).map(of));
    return last > middle * GROWTH ? [`${what} grew from ${middle} to ${last}`] : [];
  };
  return [...grown('memory', ({ rssBytes }) => rssBytes), ...grown('open files', ({ fds }) => fds)];
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
