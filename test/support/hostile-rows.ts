import type { DatabaseSync } from 'node:sqlite';
import { describeTables, type Table } from '../../server/store/migrate/tables.ts';

/** Where a column takes only these, or is computed with. */
const GIVEN: Readonly<Record<string, string | number>> = {
  'events.received_at': 1_772_323_200_000,
  'deliveries.state': 'held',
  'ledger.state': 'noted',
  'evidence.status': 'open',
  'redactions.kind': 'shop',
  'redactions.status': 'cancelled',
};
const TEXTS = [
  '',
  ' ',
  '茶 👩‍👩‍👧',
  'a\u2028"\'\\',
  '\u0001\u007f\u0085\ufeff',
  '?1 $1 %s {}',
  '\udbff\udfff',
  '-0',
];
/** Of columns without an index. */
const LONG = ['body', 'sealed', 'answer', 'words', 'items'];
/** SQLite's least and greatest, and what a number of JavaScript cannot hold. */
const NUMBERS = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -1n, 0n];
const BLOBS = [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, at) => at), new Uint8Array(70_000)];

/** Adds rows with values of every kind to every table; no program ever wrote them. */
export function addHostileRows(database: DatabaseSync): void {
  for (const table of describeTables(database)) {
    if (table.name === 'seen_merged') continue;
    const columns = table.columns.map(({ name }) => `"${name}"`).join(', ');
    const places = table.columns.map(() => '?').join(', ');
    const insert = database.prepare(`INSERT INTO "${table.name}" (${columns}) VALUES (${places})`);
    const isNullable = nullableIn(database, table);
    for (let row = 0; row < NUMBERS.length; row++)
      insert.run(...table.columns.map((column) => toValue(table, column, row, isNullable)));
  }
}

function toValue(
  table: Table,
  { name, type }: Table['columns'][number],
  row: number,
  isNullable: Set<string>,
) {
  const isKey = table.key.some((column) => column.name === name);
  const given = GIVEN[`${table.name}.${name}`];
  if (given !== undefined) return given;
  if (!isKey && isNullable.has(name) && row % 3 === 0) return null;
  // A key is the row's own; the numbers of rows stay in bounds, as the next follow them.
  if (type === 'INTEGER') return isKey ? 1_000_000 + row : (NUMBERS[row] ?? 0n);
  if (type === 'BLOB') return isKey ? Uint8Array.of(0, row, 255) : (BLOBS[row % BLOBS.length] ?? null);
  if (LONG.includes(name) && row === 1) return '茶'.repeat(100_000);
  const text = TEXTS[(row + name.length) % TEXTS.length] ?? '';
  return isKey ? `${text.slice(0, 50)}${row}` : text;
}

function nullableIn(database: DatabaseSync, { name }: Table): Set<string> {
  const found = database.prepare(`SELECT name FROM pragma_table_info('${name}') WHERE "notnull" = 0`).all();
  return new Set(found.map((column) => String(column.name)));
}
