import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../../lib/operator-error.ts';
import type { Manifest } from './manifest.ts';

/** The highest number that an event ever got; 0 without one. */
export const lastSeq = (store: DatabaseSync): number =>
  Number(store.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0);

/**
 * Reads every page of the databases in a folder, and removes what their connections left beside them.
 *
 * @throws {OperatorError} when one is damaged.
 */
export function examineCopy(folder: string): Pick<Manifest, 'schema' | 'events'> {
  if (existsSync(join(folder, 'analytics.db'))) readSound(folder, 'analytics', () => {});
  return readSound(folder, 'store', (store) => ({
    schema: Number(store.prepare('PRAGMA user_version').get()?.user_version),
    events: {
      count: Number(store.prepare('SELECT count(*) AS count FROM events').get()?.count),
      last: lastSeq(store),
    },
  }));
}

function readSound<T>(folder: string, name: string, read: (database: DatabaseSync) => T): T {
  rmSync(join(folder, `${name}.lock`), { force: true });
  // Open for writing: then the write-ahead log goes when it is closed.
  const database = new DatabaseSync(join(folder, `${name}.db`));
  try {
    const found = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (found !== 'ok') throw new OperatorError(`${name}.db is damaged (${found}). Keep the last backup.`);
    return read(database);
  } finally {
    database.close();
  }
}
