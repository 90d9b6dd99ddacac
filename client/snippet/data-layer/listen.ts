import type { Thing } from '../thing.ts';

const PULSE_MS = 500;
/** Well below the 50 ms from which browsers count a task as long. */
const SLICE_MS = 5;
/** This many entries are read, and reports made, within a task of the page. */
const FEW = 10;

/** Undefined when the shop's entry throws. */
const attempt = <R>(action: () => R): R | undefined => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/**
 * Calls back around every entry that is written into an array, whatever writes it: Tag Manager's own `push`, one that
 * replaced it, or an assignment. The array and its `push` stay as they are, only its prototype sees new entries first.
 *
 * @throws {TypeError} where the array is frozen.
 */
const watchWrites = (layer: unknown[], callback: () => void) => {
  const prototype = Object.create(Object.getPrototypeOf(layer));
  const set: ProxyHandler<object>['set'] = (...write) => {
    // An array that was emptied since holds fewer entries than were copied: this is seen before it grows again.
    callback();
    const isWritten = Reflect.set(...write);
    callback();
    return isWritten;
  };
  Object.setPrototypeOf(layer, new Proxy(prototype, { set }));
};

/**
 * Reads each entry of a global array once and in order, including those pushed before. An entry is read while it is
 * pushed, because shops empty it, or the whole array, right after. The array is also polled, every 500 ms and when the
 * page is hidden: it may be created late or replaced. A long array is read in slices, with pauses for the page between
 * them.
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
  const reported: Reported[] = [];
  /** The array, how many of its entries were copied, and the last of them. */
  let layer: Thing;
  let copied = 0;
  let last: unknown;
  /** How many reports may be made while the page pushes, until the next pulse. */
  let quick = 0;

  const look = () => {
    const found = (window as Thing)[name];
    if (!Array.isArray(found)) return;
    if (layer !== found) {
      layer = found;
      attempt(() => watchWrites(layer, onWrite));
    }
    const there = layer[copied - 1];
    // The array was shortened or replaced, unless its getter returns a new object each time.
    if (there !== last && there === layer[copied - 1]) copied = layer.lastIndexOf(last, copied - 1) + 1;
    if (next === entries.length) {
      entries = [];
      next = 0;
    }
    while (copied < layer.length) entries.push(layer[copied++]);
    last = layer[copied - 1];
  };

  const readNext = () => reported.push(...(attempt(() => read(entries[next++])) || []));
  const reportNext = () => attempt(() => report(reported.shift() as Reported));

  const onWrite = () => {
    attempt(look);
    // Of more, the first slice has not been read yet: they keep their order.
    if (entries.length - next < FEW) while (next < entries.length) readNext();
    while (reported[0] && quick-- > 0) reportNext();
  };

  const work = (untilMs: number) => {
    attempt(look);
    while ((reported[0] || next < entries.length) && Date.now() < untilMs)
      if (reported[0]) reportNext();
      else readNext();
  };

  const tick = () => {
    quick = FEW;
    work(Date.now() + SLICE_MS);
    setTimeout(tick, reported[0] || next < entries.length ? 0 : PULSE_MS);
  };
  tick();
  // On the window, before the listeners that send on the same event.
  for (const type of ['pagehide', 'visibilitychange']) addEventListener(type, () => work(Infinity), true);
};
