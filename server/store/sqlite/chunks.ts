import type { OpenStore } from './open-store.ts';

/** How many rows a long job reads or removes per step. */
export const CHUNK = 500;
/** The same where each row costs more: events are removed with their text overwritten, reports are parsed and reduced. */
export const STEP = 50;

/**
 * Reads page after page, each from the last number of the one before, until one is empty. Lazy. Where no index has shop and
 * number, the statement says `+shop`: SQLite would take the shop's index, and sort all of its rows for each page.
 */
export function* pages<Row extends { seq: number } | { id: number }>(
  read: (after: number) => Row[],
): Generator<Row[]> {
  for (let after = 0; ; ) {
    const rows = read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = 'seq' in last ? last.seq : last.id;
  }
}

/** Applies a change to each row, page after page, each page in a transaction of its own. */
export function* eachRow<Row extends { id: number }>(
  { transaction }: Pick<OpenStore, 'transaction'>,
  read: (after: number) => Row[],
  apply: (row: Row) => void,
): Generator<undefined, void> {
  for (const rows of pages(read)) {
    transaction(() => rows.forEach(apply));
    yield;
  }
}

/** Applies a change to each item, a chunk of them in one transaction. */
export function* inChunks<Item>(
  { transaction }: Pick<OpenStore, 'transaction'>,
  items: readonly Item[],
  apply: (item: Item) => void,
): Generator<undefined, void> {
  for (let start = 0; start < items.length; start += CHUNK) {
    transaction(() => items.slice(start, start + CHUNK).forEach(apply));
    yield;
  }
}

/** Repeats a step, each time in a transaction of its own, until it changes nothing more. */
export function* untilDone(
  { transaction }: Pick<OpenStore, 'transaction'>,
  step: () => number,
): Generator<undefined, void> {
  while (transaction(step) > 0) yield;
}
