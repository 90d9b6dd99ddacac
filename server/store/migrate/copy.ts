import { prepare } from '../sqlite/prepare.ts';
import { createFinder, encode, keyOf, listOf, pagesOf, parametersOf, type Row } from './rows.ts';
import type { Side } from './side.ts';
import type { Table } from './tables.ts';

type OnRows = (count: number) => void;

/**
 * Removes from the destination what the source has not, or has otherwise. Runs for every table before anything is added:
 * an earlier row may hold what is unique.
 */
export function removeOthers(source: Side, destination: Side, table: Table, onRows: OnRows): void {
  const findInSource = createFinder(source, table);
  const { remove } = createWriter(destination, table);
  for (const page of pagesOf(destination, table)) {
    const same = findInSource(page);
    remove(page.filter((row) => same.get(encode(keyOf(table, row))) !== encode(row)));
    onRows(page.length);
  }
}

/** Adds to the destination what the source has. Nothing is added twice, however often this is interrupted and begun again. */
export function addRows(source: Side, destination: Side, table: Table, onRows: OnRows): void {
  const findInDestination = createFinder(destination, table);
  const { add } = createWriter(destination, table);
  for (const page of pagesOf(source, table)) {
    const known = findInDestination(page);
    add(page.filter((row) => !known.has(encode(keyOf(table, row)))));
    onRows(page.length);
  }
}

function createWriter(side: Side, table: Table) {
  const { connection, transaction } = side;
  const isRow = table.key.map((column) => `"${column.name}" = ${parametersOf([column], side)}`);
  const removeRow = prepare(connection, `DELETE FROM "${table.name}" WHERE ${isRow.join(' AND ')}`);
  const values = `(${table.columns.map(() => '?').join(', ')})`;
  return {
    remove(rows: readonly Row[]): void {
      if (rows.length === 0) return;
      transaction(() => {
        for (const row of rows) removeRow.run(...keyOf(table, row));
      });
    },
    /** A row that is refused, as another has what is unique, is found when the sums are compared. */
    add(rows: readonly Row[]): void {
      if (rows.length === 0) return;
      const addAll = prepare(
        connection,
        `INSERT INTO "${table.name}" (${listOf(table.columns)}) VALUES ${rows.map(() => values).join(', ')}
         ON CONFLICT DO NOTHING`,
      );
      transaction(() => addAll.run(...rows.flat()));
    },
  };
}
