import type { OpenStore } from './open-store.ts';
import { prepare, type Value } from './prepare.ts';

/** Inserts a row into a table whose ids nobody else chooses. Returns the row's id. */
export function createInsertRow(
  store: Pick<OpenStore, 'connection' | 'nextId'>,
  table: string,
  columns: readonly string[],
): (...values: Value[]) => number {
  const names = ['id', ...columns];
  const insert = prepare(
    store.connection,
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  return (...values) => {
    const id = store.nextId(table);
    // What needs no answer is sent with what follows.
    if (id === null) return insert.inserted(null, ...values);
    insert.run(id, ...values);
    return id;
  };
}
