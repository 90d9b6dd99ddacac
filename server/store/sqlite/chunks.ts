/** How many rows a long job reads or removes per step. */
export const CHUNK = 500;

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
