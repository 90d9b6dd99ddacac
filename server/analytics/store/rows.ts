import { type AnyColumn, type AnyColumnWithTable, PostgresAdapter, sql } from 'kysely';
import { toStorable } from '../../store/storable.ts';
import type { Db, Tables } from './tables.ts';

/** Of the rows of one statement: more make it no cheaper. */
const MOST_ROWS = 1_000;

/** Cuts rows into parts of one statement each. */
export function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += MOST_ROWS) yield rows.slice(start, start + MOST_ROWS);
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

// A list is one parameter, whatever its length: each statement has one text, and is composed and prepared for it alone.

type Column = AnyColumn<Tables, keyof Tables> | AnyColumnWithTable<Tables, keyof Tables>;

/** True where a column has one of these values. */
export function isAmong(db: Db, column: Column, values: readonly string[]) {
  const texts = values.map(storableIn(db));
  return isOnPostgres(db)
    ? sql<boolean>`${sql.ref(column)} = any(${texts})`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`;
}

/** An `insert` of rows that have the same columns; of at least one. */
export function insertRows<Table extends keyof Tables>(db: Db, table: Table, rows: readonly Tables[Table][]) {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Tables[Table] & string)[];
  const storable = storableIn(db);
  const json = JSON.stringify(rows, (_, value) => storable(value));
  // `true` ends the `select`: SQLite would read `on conflict` as a part of it.
  const source = isOnPostgres(db)
    ? sql`select ${sql.join(columns.map((name) => sql.ref(name)))} from json_populate_recordset(null::${sql.table(table)}, ${json})`
    : sql`select ${sql.join(columns.map((name) => sql`value->>${sql.lit(name)}`))} from json_each(${json}) where true`;
  return db.insertInto(table).columns(columns).expression(source);
}

/** Writes whole rows of a table, in the place of those with the same key. */
export async function replaceRows<Table extends keyof Tables>(
  db: Db,
  table: Table,
  key: readonly (keyof Tables[Table] & string)[],
  rows: readonly Tables[Table][],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => !(key as readonly string[]).includes(name));
  const inserted = columns.map((name) => [name, sql.ref(`excluded.${name}`)]);
  await forParts(rows, (part) =>
    insertRows(db, table, part)
      .onConflict((conflict) => conflict.columns(key as never).doUpdateSet(Object.fromEntries(inserted)))
      .execute(),
  );
}

/** Deletes the rows of a shop whose column has one of these values. */
export async function deleteAmong<Table extends Exclude<keyof Tables, 'settings'>>(
  db: Db,
  shop: string,
  table: Table,
  column: keyof Tables[Table] & Column,
  values: readonly string[],
): Promise<void> {
  for (const part of inParts(values)) {
    const rows = db.deleteFrom(table as 'people').where('shop', '=', shop);
    await rows.where(isAmong(db, column, part)).execute();
  }
}

const isOnPostgres = (db: Db) => db.getExecutor().adapter instanceof PostgresAdapter;

/** What a parameter of its own would hold: JSON and arrays are not read by the driver. */
const storableIn = (db: Db) => {
  const stored = isOnPostgres(db) ? toStorable<unknown> : (value: unknown) => value;
  return <V>(value: V): V | string => {
    const one = stored(value);
    return typeof one === 'string' ? one.toWellFormed() : (one as V);
  };
};
