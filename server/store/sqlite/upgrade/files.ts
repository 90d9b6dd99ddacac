import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirUnusable } from '../../errors.ts';
import { lockDataDir, prepareDataDir } from '../data-dir.ts';
import { toUnusable } from '../database.ts';

/**
 * Renames the files of a version that called the store `events`. Each step can be repeated, so an interruption between
 * two of them loses nothing.
 *
 * @throws {DataDirUnusable} in use by another process, or damaged.
 */
export function renameStoreFiles(dataDir: string): void {
  prepareDataDir(dataDir);
  const file = (name: string) => join(dataDir, name);
  if (existsSync(file('events.db')) && !existsSync(file('store.db'))) {
    const unlock = lockDataDir(dataDir, 'events');
    try {
      if (existsSync(file('events.db'))) {
        mergeWal(file('events.db'));
        renameSync(file('events.db'), file('store.db'));
      }
    } finally {
      unlock();
    }
  }
  if (existsSync(file('events.mark')) && !existsSync(file('store.mark')))
    renameSync(file('events.mark'), file('store.mark'));
  if (!existsSync(file('events.db'))) rmSync(file('events.lock'), { force: true });
}

/** Copies the write-ahead log into the file and removes it: it is found by the name of its database. */
function mergeWal(path: string): void {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path, { timeout: 2_000 });
    connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  } catch (error) {
    throw toUnusable(path, error);
  } finally {
    connection?.close();
  }
  if (existsSync(`${path}-wal`))
    throw new DataDirUnusable(`${path} is open in another program. Close it, so that it can be renamed.`);
}

/** Deletes a database whose content is in the store by now. */
export function removeDatabase(dataDir: string, name: string): void {
  for (const ending of ['db', 'db-wal', 'db-shm', 'lock'])
    rmSync(join(dataDir, `${name}.${ending}`), { force: true });
}
