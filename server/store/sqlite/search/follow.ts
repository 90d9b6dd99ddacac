import { type Connection, prepare } from '../prepare.ts';

/** How a table of the store is read by the numbers of its rows. */
interface Followed<Row extends { id: number }> {
  /** Rows after a number, by number. */
  next(after: number, max: number): Row[];
  /** Something that no other row ever has under the same number. Null: there is no such row. */
  markOf(id: number): string | null;
}

/**
 * Reads what was added to a table of the store. Numbers are used again once the newest rows are removed; so where the row that
 * was read last is not there any more, all of the table is read anew.
 */
export function createFollow<Row extends { id: number }>(
  connection: Connection,
  name: string,
  { next, markOf }: Followed<Row>,
) {
  const read = prepare<{ id: number; mark: string | null }>(
    connection,
    'SELECT id, mark FROM followed WHERE name = ?',
  );
  const write = prepare(
    connection,
    `INSERT INTO followed (name, id, mark) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET id = excluded.id, mark = excluded.mark`,
  );
  return {
    some(max: number): Row[] {
      const { id, mark } = read.get(name) ?? { id: 0, mark: null };
      const rows = next(markOf(id) === mark ? id : 0, max);
      const last = rows.at(-1);
      if (last) write.run(name, last.id, markOf(last.id));
      return rows;
    },
  };
}
