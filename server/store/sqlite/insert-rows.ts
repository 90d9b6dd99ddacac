import { type Connection, prepare, type Query, type Value } from './prepare.ts';

/** How many rows one statement has: on a shared database, and on a file, most of what a row costs is its statement. */
const SIZES = [64, 8, 1] as const;

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
  const statements = SIZES.map((size): [size: number, insert: Query<never>] => [
    size,
    prepare(connection, `INSERT INTO ${into} VALUES ${Array(size).fill(row).join(', ')} ${onConflict}`),
  ]);
  return (rows) => {
    let start = 0;
    for (const [size, insert] of statements)
      for (; start + size <= rows.length; start += size)
        insert.run(...rows.slice(start, start + size).flat());
  };
}
