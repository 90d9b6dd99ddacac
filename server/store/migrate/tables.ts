import { MARK_NAME } from '../migration-mark.ts';
import { type Connection, prepare } from '../sqlite/prepare.ts';

export interface Column {
  name: string;
  type: 'INTEGER' | 'TEXT' | 'BLOB';
}

/** A table that both engines have. `key`: what a row is found by; all columns where it has no primary key. */
export interface Table {
  name: string;
  columns: readonly Column[];
  key: readonly Column[];
  /** Which of its rows belong to the log, and not to the place where it is; absent: all of them. */
  where?: string;
}

const PLACE_ROWS: Readonly<Record<string, string>> = { facts: `name <> '${MARK_NAME}'` };

/**
 * The tables of an SQLite database. PostgreSQL has the same, and beside them what only several collectors need: rows and
 * columns of what runs, which a start makes anew.
 */
export function describeTables(sqlite: Connection): Table[] {
  // Kysely records the migrations of each database by itself.
  const tables = prepare<{ name: string }>(
    sqlite,
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'kysely_*'
     ORDER BY name`,
  );
  return tables.all().map(({ name }) => {
    const found = prepare<{ name: string; type: string; pk: number }>(
      sqlite,
      `SELECT name, type, pk FROM pragma_table_info('${name}') ORDER BY cid`,
    ).all();
    const toColumn = ({ name, type }: { name: string; type: string }) =>
      ({ name, type: type.toUpperCase() }) as Column;
    const columns = found.map(toColumn);
    const key = found.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    const where = PLACE_ROWS[name];
    return { name, columns, key: key.length > 0 ? key.map(toColumn) : columns, ...(where && { where }) };
  });
}
