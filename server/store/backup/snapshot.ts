import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirUnusable } from '../errors.ts';
import { nameOfDataDir } from '../migrate/data-dir.ts';
import { describeMark, readMark } from '../migration-mark.ts';
import { type HighWaterMark, openHighWater } from '../sqlite/high-water.ts';
import { VERSION } from '../sqlite/schema.ts';

/** The databases of a data directory as they were at one moment, for reading. */
export interface Snapshot {
  store: DatabaseSync;
  /** Absent where nothing was ever counted. */
  analytics: DatabaseSync | undefined;
  /** As `store.mark` had it by then; undefined without one. */
  highWater: HighWaterMark | undefined;
  close(): void;
}

/** How long to wait for the end of a transaction of the collector. */
const BUSY_MS = 10_000;

/**
 * Opens what a collector, which may run, has committed by now. For a moment nothing can be stored: an event that the statistics have
 * counted is in the store then, and what the store knows as counted is in the statistics.
 *
 * The mark is read before anything else can be committed. It is never ahead of what was committed, so one that is ahead of this store
 * shows a true loss.
 *
 * @throws {DataDirUnusable} when there is no log, or a migration owns it.
 */
export function openSnapshot(dataDir: string): Snapshot {
  const path = (name: string) => join(dataDir, name);
  if (!existsSync(path('store.db')))
    throw new DataDirUnusable(
      `${nameOfDataDir(dataDir)} holds no log: there is no store.db in it. Set DATA_DIR; one of an earlier version is upgraded when the collector is started on it.`,
    );
  const opened: DatabaseSync[] = [];
  const open = (name: string) => {
    const connection = new DatabaseSync(path(name), { timeout: BUSY_MS });
    opened.push(connection);
    return connection;
  };
  const close = () => {
    for (const connection of opened) connection.close();
  };
  try {
    const writer = open('store.db');
    writer.exec('BEGIN IMMEDIATE');
    const highWater = readHighWater(path('store.mark'));
    const store = beginReading(open('store.db'));
    const analytics = existsSync(path('analytics.db')) ? beginReading(open('analytics.db')) : undefined;
    writer.exec('ROLLBACK');
    requireUsable(store, dataDir);
    return { store, analytics, highWater, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A snapshot begins with the first page that is read. */
function beginReading(connection: DatabaseSync): DatabaseSync {
  connection.exec('BEGIN');
  connection.prepare('SELECT count(*) FROM sqlite_master').get();
  return connection;
}

function readHighWater(path: string): HighWaterMark | undefined {
  if (!existsSync(path)) return undefined;
  const { found, close } = openHighWater(path);
  close();
  return typeof found === 'string' ? undefined : found;
}

function requireUsable(store: DatabaseSync, dataDir: string): void {
  const version = Number(store.prepare('PRAGMA user_version').get()?.user_version);
  if (version > VERSION)
    throw new DataDirUnusable(
      `${nameOfDataDir(dataDir)} has schema version ${version}, which is newer than this program. Back it up with the version that writes it.`,
    );
  const migration = readMark(store);
  if (migration) throw new DataDirUnusable(describeMark(migration));
}
