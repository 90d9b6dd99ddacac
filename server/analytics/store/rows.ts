/** Sizes of the statements that write or ask for many rows: few different ones, so that each is prepared once. */
const SIZES = [128, 32, 8, 2, 1] as const;

/** The rows in parts of a few sizes only. */
export function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let start = 0;
  for (const size of SIZES)
    while (rows.length - start >= size) {
      yield rows.slice(start, start + size);
      start += size;
    }
}

/** Runs a statement for each part, one after the other, and answers all rows together. */
export async function forParts<Row, Found>(
  rows: readonly Row[],
  work: (part: readonly Row[]) => Promise<readonly Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const part of inParts(rows)) found.push(...(await work(part)));
  return found;
}
