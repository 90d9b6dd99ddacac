import { type Connection, prepare, type Query, type Value } from './prepare.ts';

/** How many rows one statement has: on a shared database, and on a file, most of what a row costs is its statement. */
export const SIZES = [64, 8, 1] as const;
export type Size = (typeof SIZES)[number];

/** Cuts rows into those of one statement each, in order: how many they are, and all their values. */
export function* inSizes<One>(rows: readonly (readonly One[])[]): Generator<[size: Size, values: One[]]> {
  let start = 0;
  for (const size of SIZES)
    for (; start + size <= rows.length; start += size) yield [size, rows.slice(start, start + size).flat()];
}

/**
 * Inserts any number of rows with few statements.
 *
 * @param into `table (column, …)`. @param onConflict what follows the values, such as `ON CONFLICT DO NOTHING`.
 * @returns takes rows with as many values as there are columns; of none nothing is written.
 */
export function createInsertRows(
  connection: Connection,
  into: string,
  onConflict = '',
): (rows: readonly (readonly Value[])[]) => void {
  const columns = into.split(',').length;
  const row = `(${Array(columns).fill('?').join(', ')})`;
  const statements = new Map<Size, Query<never>>(
    SIZES.map((size) => [
      size,
      prepare(connection, `INSERT INTO ${into} VALUES ${Array(size).fill(row).join(', ')} ${onConflict}`),
    ]),
  );
  return (rows) => {
    for (const [size, values] of inSizes(rows)) statements.get(size)?.run(...values);
  };
}
