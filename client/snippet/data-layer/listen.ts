import type { Thing } from '../thing.ts';

const PULSE_MS = 500;
/** Well below the 50 ms from which browsers count a task as long. */
const SLICE_MS = 5;

/** Undefined when the shop's entry throws. */
const attempt = <R>(action: () => R): R | undefined => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/**
 * Reads each entry of a global array once and in order, including those pushed before. It polls every 500 ms and when
 * the page is hidden, so the array or its `push` may be created or replaced at any time. A long array is read in
 * slices, with pauses for the page between them.
 *
 * @param name of the global variable.
 * @param read the reports of one entry. When it throws, there are none.
 * @param report called with one report at a time.
 */
export const listen = <Reported>(
  name: string,
  read: (entry: Thing) => Reported[],
  report: (reported: Reported) => void,
) => {
  /** A copy, read up to `next`: Tag Manager keeps only the last 300 entries of the array. */
  let entries: unknown[] = [];
  let next = 0;
  let reported: Reported[] = [];
  /** How many entries of the array were copied, and the last of them. */
  let copied = 0;
  let last: unknown;

  const look = () => {
    const layer = (window as Thing)[name];
    if (!Array.isArray(layer)) return;
    const there = layer[copied - 1];
    // The array was shortened or replaced, unless its getter returns a new object each time.
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
  // On the window, before the listeners that send on the same event.
  for (const type of ['pagehide', 'visibilitychange']) addEventListener(type, () => work(Infinity), true);
};
