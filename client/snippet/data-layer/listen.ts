import type { Thing } from '../thing.ts';

const PULSE_MS = 500;
/** Browsers call a task long from 50 ms on, and the last report of a slice takes what it takes. */
const SLICE_MS = 5;

/** Undefined, where the shop's entry is a trap. */
const attempt = <R>(action: () => R): R | undefined => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/**
 * Reads each entry of the array with this global name once and in order, those from before we came and those pushed
 * since. It only looks, twice a second and when the page goes out of sight, so whoever creates or replaces the array
 * or its `push`, and when, is no matter. A long array is read in slices, and the page has its turn between them.
 *
 * @param read makes what is to be told of an entry; where it throws, nothing.
 * @param tell hears it, one at a time.
 */
export const listen = <Reported>(
  name: string,
  read: (entry: Thing) => Reported[],
  report: (reported: Reported) => void,
) => {
  /** Taken, and read up to `next`: of the array itself Tag Manager keeps no more than the last 300. */
  let entries: unknown[] = [];
  let next = 0;
  let reported: Reported[] = [];
  /** How many entries of the array were taken, and the last of them. */
  let copied = 0;
  let last: unknown;

  const look = () => {
    const layer = (window as Thing)[name];
    if (!Array.isArray(layer)) return;
    const there = layer[copied - 1];
    // Its front was cut off, or it is another array; unless what stands there is never the same.
    if (there !== last && there === layer[copied - 1]) copied = layer.lastIndexOf(last, copied - 1) + 1;
    entries = entries.slice(next).concat(layer.slice(copied));
    next = 0;
    copied = layer.length;
    last = layer[copied - 1];
  };

  const work = (untilMs: number) => {
    attempt(look);
    while ((reported[0] || next < entries.length) && Date.now() < untilMs) {
      const one = reported.shift();
      if (one) attempt(() => report(one));
      else reported = attempt(() => read(entries[next++])) || [];
    }
  };

  const tick = () => {
    work(Date.now() + SLICE_MS);
    setTimeout(tick, reported[0] || next < entries.length ? 0 : PULSE_MS);
  };
  tick();
  // At the window, before anyone who sends on the same occasion.
  for (const type of ['pagehide', 'visibilitychange']) addEventListener(type, () => work(Infinity), true);
};
