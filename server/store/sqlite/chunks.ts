import type { OpenStore } from './open-store.ts';

/** How many rows a long job reads or removes per step. */
export const CHUNK = 500;
/** The same where each row costs more: events are removed with their text overwritten, reports are parsed and reduced. */
export const STEP = 50;

/** Reads page after page, each from the last `seq` of the one before, until one is empty. Lazy. */
export function* pages<Row extends { seq: number }>(read: (after: number) => Row[]): Generator<Row[]> {
  for (let after = 0; ; ) {
    const rows = read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.seq;
  }
}

/** Repeats a step, each time in a transaction of its own, until it changes nothing more. */
export function* untilDone(
  { transaction }: Pick<OpenStore, 'transaction'>,
  step: () => number,
): Generator<undefined, void> {
  while (transaction(step) > 0) yield;
}
