import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { DataDirUnusable, storageFault } from '../../errors.ts';
import { emptyWal } from '../checkpoints.ts';
import { type Database, openDatabase } from '../database.ts';
import { checkProgress } from './progress.ts';
import { SCHEMA, VERSION } from './schema.ts';
import type { IndexTables, OpenIndex } from './tables.ts';

export interface IndexOptions {
  dataDir: string;
  /** Limits the file, in pages of 4 KiB: a full disk for tests. */
  maxPages?: number;
}

/** In pages of 4 KiB, 32 MiB: pages that change with every chunk are copied back once for many of them. */
const WAL_PAGES = 8192;
/** Free pages beyond this share of the file are returned to the operating system. */
const KEEP_FREE = 0.25;
/** Returned in one step. */
const PAGES = 500;

/**
 * Opens `search.db` with `store.db` attached, which it never writes. A file that is damaged, of another version or of another
 * store is removed and built anew: nothing is in it that the store has not.
 *
 * @throws {DataDirUnusable} when there is no space for it, or it cannot be written.
 */
export function openIndex(options: IndexOptions): OpenIndex {
  const { dataDir } = options;
  let reason: string;
  try {
    const database = open(options);
    try {
      const known = progressOf(database);
      if (known === 'continues') return { tables: toTables(database) };
      if (known === 'new') return { tables: toTables(database), rebuilt: 'there was none' };
      reason = known;
    } catch (error) {
      database.close();
      throw error;
    }
    database.close();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    reason = error instanceof Error ? error.message : String(error);
  }
  removeIndex(dataDir);
  const database = open(options);
  progressOf(database);
  return { tables: toTables(database), rebuilt: reason };
}

/** The file as the index's tables. */
function toTables({ connection, transaction, close }: Database): IndexTables {
  const read = (name: string) => Number(connection.prepare(`PRAGMA main.${name}`).get()?.[name]);
  return {
    ...{ connection, transaction, close },
    snapshot: transaction,
    isDamage(error) {
      const fault = storageFault(error);
      return fault === 'corrupt' || fault === 'notADatabase';
    },
    forget: () => emptyWal(connection),
    *shrink() {
      while (read('freelist_count') > read('page_count') * KEEP_FREE) {
        connection.exec(`PRAGMA main.incremental_vacuum(${PAGES})`);
        yield;
      }
    },
  };
}

export function removeIndex(dataDir: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(join(dataDir, `search.db${ending}`), { force: true });
}

/** A file that is none of ours has the wrong version or lacks a table; one that cannot be written is left alone. */
function isUnreadable(error: unknown): boolean {
  const fault = storageFault(error instanceof DataDirUnusable ? error.cause : error);
  return fault === 'corrupt' || fault === 'notADatabase' || fault === undefined;
}

function open({ dataDir, maxPages }: IndexOptions): Database {
  const database = openDatabase({
    ...{ dataDir, name: 'search', schema: SCHEMA, version: VERSION },
    ...(maxPages !== undefined && { maxPages }),
  });
  try {
    const store = `${pathToFileURL(resolve(dataDir, 'store.db')).href}?mode=ro`;
    database.connection.exec(`ATTACH '${store.replaceAll("'", "''")}' AS store`);
    // What the last commits added is found again after a power cut: no commit waits for the disk.
    database.connection.exec(`PRAGMA main.synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The tables and indexes of a file, as they were created. */
const schemaOf = (connection: DatabaseSync): string =>
  JSON.stringify(connection.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all());

function expectedSchema(): string {
  const empty = new DatabaseSync(':memory:');
  try {
    empty.exec(SCHEMA);
    return schemaOf(empty);
  } finally {
    empty.close();
  }
}

/** Whether the file is an index of this store, as it is now; otherwise why not. */
function progressOf({ connection, transaction }: Database): 'continues' | 'new' | string {
  if (schemaOf(connection) !== expectedSchema()) return 'it has other tables';
  const last = connection.prepare("SELECT seq FROM store.sqlite_sequence WHERE name = 'events'").get();
  return transaction(() => checkProgress({ connection }, Number(last?.seq ?? 0)));
}
