import { hash } from 'node:crypto';
import { prepare, type Value } from '../sqlite/prepare.ts';
import { toStorable } from '../storable.ts';
import type { Side } from './side.ts';
import type { Column, Table } from './tables.ts';

/** The values in the order of the columns; whole numbers as decimal text, which has no limit of digits. */
export type Row = readonly (string | Uint8Array | null)[];

/** How many rows are read, found and written together: with the longest texts some 100 MB. */
const PAGE_ROWS = 250;

export const listOf = (columns: readonly Column[]) => columns.map(({ name }) => `"${name}"`).join(', ');
const ofTable = ({ name }: Column) => `t."${name}"`;
const selectedOf = ({ columns }: Table) =>
  columns
    .map((column) => (column.type === 'INTEGER' ? `CAST(${ofTable(column)} AS TEXT)` : ofTable(column)))
    .join(', ');
const TYPES: Readonly<Record<Side['engine'], Readonly<Record<Column['type'], string>>>> = {
  sqlite: { INTEGER: 'INTEGER', TEXT: 'TEXT', BLOB: 'BLOB' },
  postgres: { INTEGER: 'bigint', TEXT: 'text', BLOB: 'bytea' },
};
/** Parameters of the columns' types. */
export const parametersOf = (columns: readonly Column[], { engine }: Side) =>
  columns.map(({ type }) => `CAST(? AS ${TYPES[engine][type]})`).join(', ');

const toRow = (found: object): Row => Object.values(found);
const storableOf = (row: Row): Row => row.map(toStorable);

export const keyOf = ({ columns, key }: Table, row: Row): Value[] =>
  key.map(({ name }) => row[columns.findIndex((column) => column.name === name)] ?? null);

/** Equal texts for equal rows of one table. */
export const encode = (row: readonly Value[]): string =>
  JSON.stringify(
    row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)),
  );

/** Every row as PostgreSQL can hold it, in the order of the engine's own key. */
export function* pagesOf(side: Side, table: Table): Generator<Row[]> {
  const key = table.key.map(ofTable).join(', ');
  const read = (from: string) =>
    prepare<object>(
      side.connection,
      `SELECT ${selectedOf(table)} FROM "${table.name}" AS t WHERE ${from} AND ${table.where ?? EVERY}
       ORDER BY ${key} LIMIT ${PAGE_ROWS}`,
    );
  const next = read(`(${key}) > (${parametersOf(table.key, side)})`);
  let rows = read(EVERY).all().map(toRow);
  while (rows.length > 0) {
    yield rows.map(storableOf);
    const last = rows.at(-1) ?? [];
    rows = rows.length < PAGE_ROWS ? [] : next.all(...keyOf(table, last)).map(toRow);
  }
}
const EVERY = '1 = 1';

/** Finds rows by the keys of others: the encoded key → the encoded row. The order of the join is a hint for SQLite. */
export function createFinder(side: Side, table: Table): (rows: readonly Row[]) => Map<string, string> {
  const { connection } = side;
  const names = table.key.map((_, index) => `k${index}`);
  const values = `(${parametersOf(table.key, side)})`;
  const isWanted = table.key.map((column, index) => `${ofTable(column)} = wanted.k${index}`).join(' AND ');
  return (rows) => {
    if (rows.length === 0) return new Map();
    const find = prepare<object>(
      connection,
      `WITH wanted (${names.join(', ')}) AS (VALUES ${rows.map(() => values).join(', ')})
       SELECT ${selectedOf(table)} FROM wanted CROSS JOIN "${table.name}" AS t ON ${isWanted}
       WHERE ${table.where ?? EVERY}`,
    );
    const found = find.all(...rows.flatMap((row) => keyOf(table, row))).map((row) => storableOf(toRow(row)));
    return new Map(found.map((row) => [encode(keyOf(table, row)), encode(row)]));
  };
}

export interface Summary {
  rows: number;
  /** The same for the same rows in whatever order: the sum of their SHA-256, in hex. */
  digest: string;
}

export function summarize(side: Side, table: Table, onRows: (count: number) => void): Summary {
  let rows = 0;
  let sum = 0n;
  for (const page of pagesOf(side, table)) {
    for (const row of page) sum = BigInt.asUintN(256, sum + BigInt(`0x${hash('sha256', encode(row))}`));
    rows += page.length;
    onRows(page.length);
  }
  return { rows, digest: sum.toString(16).padStart(64, '0') };
}
