import { inSizes, SIZES, type Size } from '../sqlite/insert-rows.ts';
import type { Statement } from './link.ts';

const INSERT =
  /^\s*(INSERT INTO (\w+) \(([^)]+)\)\s+VALUES )\((\$[^)]+)\)(\s+ON CONFLICT (?:\(([^)]+)\) DO UPDATE|DO NOTHING)[^$]*?)?$/;

/** A statement that inserts one row of parameters, as it is sent with any number of rows. */
interface RowInsert {
  table: string;
  sized: ReadonlyMap<Size, Omit<Statement, 'values'>>;
  /** Which values are the key of the row that it may update. One statement updates no row twice. */
  keyPlaces?: readonly number[];
}
/** A statement of which no answer is needed. */
export interface Write extends Omit<Statement, 'values'> {
  insert?: RowInsert;
}

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim());

export function toWrite(name: string, text: string): Write {
  const [, head = '', table = '', listed = '', values = '', onConflict = '', key] = INSERT.exec(text) ?? [];
  const columns = namesIn(listed);
  const isPlain = values.split(',').every((value, place) => value.trim() === `$${place + 1}`);
  if (head === '' || !isPlain) return { name, text };
  const row = (place: number) => `(${columns.map((_, column) => `$${place * columns.length + column + 1}`)})`;
  const ofSize = (size: Size) => ({
    name: `${name}x${size}`,
    text: `${head}${Array.from({ length: size }, (_, place) => row(place))}${onConflict}`,
  });
  const sized = new Map(SIZES.map((size) => [size, ofSize(size)] as const));
  const keyPlaces = key === undefined ? {} : { keyPlaces: namesIn(key).map((one) => columns.indexOf(one)) };
  return { name, text, insert: { table, sized, ...keyPlaces } };
}

/**
 * What is sent with the next statement that needs an answer. Rows that are inserted with nothing but other inserts between
 * them are sent table by table, many with one statement: no insert reads or changes what another table has.
 */
export function createWriteQueue() {
  let statements: Statement[] = [];
  /** By table. */
  const sets = new Map<string, { insert: RowInsert; rows: unknown[][]; keys: Set<string> }>();

  function end(table: string): void {
    const { insert, rows = [] } = sets.get(table) ?? {};
    sets.delete(table);
    for (const [size, values] of inSizes(rows)) {
      const statement = insert?.sized.get(size);
      if (statement) statements.push({ ...statement, values });
    }
  }
  function endAll(): void {
    for (const table of sets.keys()) end(table);
  }

  return {
    add({ insert, ...statement }: Write, values: unknown[]): void {
      if (!insert) {
        endAll();
        statements.push({ ...statement, values });
        return;
      }
      const { table, keyPlaces } = insert;
      const key = keyPlaces?.map((place) => String(values[place])).join('\n');
      const open = sets.get(table);
      if (open && (open.insert !== insert || (key !== undefined && open.keys.has(key)))) end(table);
      const set = sets.get(table) ?? { insert, rows: [], keys: new Set<string>() };
      sets.set(table, set);
      set.rows.push(values);
      if (key !== undefined) set.keys.add(key);
    },
    /** All of them, in order. */
    flush(): Statement[] {
      endAll();
      const all = statements;
      statements = [];
      return all;
    },
    clear(): void {
      statements = [];
      sets.clear();
    },
  };
}
