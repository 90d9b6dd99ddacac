/** Rows in one statement: a few sizes only, so that each statement is prepared once. */
const SIZES = [128, 32, 8, 2, 1] as const;

/** Cuts rows into parts of those sizes, largest first. */
export function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let start = 0;
  for (const size of SIZES)
    while (rows.length - start >= size) {
      yield rows.slice(start, start + size);
      start += size;
    }
}

/** Runs a statement for each part, one after the other, and returns all their rows. */
export async function forParts<Row, Found>(
  rows: readonly Row[],
  work: (part: readonly Row[]) => Promise<readonly Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const part of inParts(rows)) found.push(...(await work(part)));
  return found;
}
