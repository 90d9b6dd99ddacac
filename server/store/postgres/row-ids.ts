import { type Connection, prepare } from '../sqlite/prepare.ts';

/** How many ids one question brings. */
const BLOCK = 64;

/**
 * Ids of new rows, asked of the table's sequence for many rows at once. An id whose row is not stored is used by no other.
 */
export function createRowIds(connection: Connection): (table: string) => number {
  const next = prepare<{ id: number }>(
    connection,
    `SELECT nextval(pg_get_serial_sequence(CAST(? AS TEXT), 'id')) AS id FROM generate_series(1, ${BLOCK})`,
  );
  const free = new Map<string, number[]>();
  return (table) => {
    const known = free.get(table);
    const ids = known && known.length > 0 ? known : next.all(table).map(({ id }) => id);
    free.set(table, ids);
    return ids.shift() as number;
  };
}
