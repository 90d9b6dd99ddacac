/** How many rows a long job reads or removes before others get their turn. */
export const CHUNK = 500;

/** Reads on from the last row seen until there are no more. Each page is read when it is asked for. */
export function* pages<Row extends { seq: number }>(read: (after: number) => Row[]): Generator<Row[]> {
  for (let after = 0; ; ) {
    const rows = read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.seq;
  }
}
