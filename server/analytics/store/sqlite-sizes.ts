import type { DatabaseSync } from 'node:sqlite';

/** Rows of a table, of a shop, and of one value of a further column. */
const [ROWS, OF_SHOP, OF_VALUE] = [1_000_000, 100_000, 10];
/** Those that wait are fewer than the shop's, and more than those of some ids. */
const [WAITING, OF_WAITING] = ['needs_attribution', 1_000];

/**
 * Has SQLite plan for shops with many rows: without that it reads all of them to find those of a few ids, though these
 * have an index. Fixed sizes, not counted ones, so that a statement has the same plan in every database.
 *
 * @see https://www.sqlite.org/fileformat2.html#stat1tab
 */
export function writeSizes(connection: DatabaseSync): void {
  const indexes = connection
    .prepare(
      `SELECT tables.name AS tbl, indexes.name AS idx, indexes."unique" AS isUnique, group_concat(columns.name ORDER BY columns.seqno) AS columns
       FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
       WHERE tables.type = 'table' GROUP BY tables.name, indexes.name ORDER BY tables.name, indexes.name`,
    )
    .all() as unknown as Index[];
  const sizes = indexes.map((index) => ({ tbl: index.tbl, idx: index.idx, stat: sizesOf(index) }));
  if (areWritten(connection, sizes)) return;
  // Creates the table where it is absent; the second time it is read.
  connection.exec('ANALYZE sqlite_schema; BEGIN; DELETE FROM sqlite_stat1');
  const insert = connection.prepare('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)');
  for (const size of sizes) insert.run(size);
  connection.exec('COMMIT; ANALYZE sqlite_schema');
}

interface Index {
  tbl: string;
  idx: string;
  isUnique: number;
  /** Names with commas between. */
  columns: string;
}

/** Then nothing is written: a full disk does not keep the statistics from opening. */
function areWritten(connection: DatabaseSync, sizes: readonly object[]): boolean {
  if (!connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get()) return false;
  const known = connection.prepare('SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx').all();
  return JSON.stringify(known) === JSON.stringify(sizes);
}

function sizesOf({ columns, isUnique }: Index): string {
  const sizes = columns.split(',').map((name, place, all) => {
    if (isUnique === 1 && place === all.length - 1) return 1;
    if (name === WAITING) return OF_WAITING;
    return place === 0 ? OF_SHOP : OF_VALUE;
  });
  return [ROWS, ...sizes].join(' ');
}
