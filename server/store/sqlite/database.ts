import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { DataDirUnusable, storageFault } from '../errors.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';

export interface DatabaseOptions {
  dataDir: string;
  /** The file is `<name>.db`, its lock `<name>.lock`. */
  name: string;
  /** SQL that creates the tables in an empty file. */
  schema: string;
  /** Version of the schema; a file of another version is refused, except one that `upgrade` knows. */
  version: number;
  /** By an earlier version, the SQL that makes its tables those of `version`. */
  upgrade?: Readonly<Record<number, string>>;
  /** Functions that the SQL of an upgrade may call. */
  functions?: Readonly<Record<string, (...values: never[]) => SQLOutputValue>>;
  /** Limits the file, in pages of 4 KiB: a full disk for tests. */
  maxPages?: number;
  /** SQLite's page cache; default 16. The operating system caches more. */
  cacheMiB?: number;
}

export interface Database {
  readonly path: string;
  readonly connection: DatabaseSync;
  /** Runs `work` in one transaction, all of it or nothing. Once this returns, its writes survive a power cut. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Settings of every connection. FULL syncs at each commit (fullfsync: on macOS too, where fsync does not flush the
 * drive's cache). secure_delete overwrites deleted rows, so that an erased event is not readable in a free page.
 * @see https://sqlite.org/pragma.html
 */
const PRAGMAS = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA secure_delete = ON;
  PRAGMA journal_size_limit = 67108864;
`;
/** How long another connection, such as an operator's tool, may lock the file before a write fails. */
const BUSY_MS = 100;

/** Opens a database file and its lock. @throws {DataDirUnusable} */
export function openDatabase(options: DatabaseOptions): Database {
  const path = join(options.dataDir, `${options.name}.db`);
  prepareDataDir(options.dataDir);
  const unlock = lockDataDir(options.dataDir, options.name);
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path, { timeout: BUSY_MS });
    chmodSync(path, 0o600);
    connection.exec(PRAGMAS);
    connection.exec(`PRAGMA cache_size = -${(options.cacheMiB ?? 16) * 1024}`);
    if (options.maxPages) connection.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    for (const [name, compute] of Object.entries(options.functions ?? {}))
      connection.function(name, compute as (...values: SQLOutputValue[]) => SQLOutputValue);
    migrate(connection, options, path);
  } catch (error) {
    connection?.close();
    unlock();
    throw error instanceof DataDirUnusable
      ? error
      : new DataDirUnusable(describeFault(path, error), { cause: error });
  }
  return {
    path,
    connection,
    transaction: (work) => transaction(connection, work),
    close() {
      connection.close();
      unlock();
    },
  };
}

export function transaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN');
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    // On a full disk SQLite rolls back by itself.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function migrate(
  connection: DatabaseSync,
  { schema, version, upgrade = {} }: DatabaseOptions,
  path: string,
): void {
  const found = Number(connection.prepare('PRAGMA user_version').get()?.user_version);
  if (found === version) return;
  const sql = found === 0 ? schema : upgrade[found];
  if (sql === undefined) {
    throw new DataDirUnusable(
      `${path} has schema version ${found}; this program supports version ${version}. Start the program version that wrote it.`,
    );
  }
  transaction(connection, () => connection.exec(`${sql}; PRAGMA user_version = ${version}`));
}

/** A fault of the file or disk as `DataDirUnusable`; any other error unchanged. */
export function toUnusable(path: string, error: unknown): unknown {
  if (storageFault(error) === undefined) return error;
  return new DataDirUnusable(describeFault(path, error), { cause: error });
}

function describeFault(path: string, error: unknown): string {
  const fault = storageFault(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (fault === 'notADatabase' || fault === 'corrupt')
    return `${path} is damaged or not a database (${reason}). Restore it from a backup, or move it away to start empty.`;
  if (fault === 'full') return `${path}: the disk is full. Free some space.`;
  // A limit on file sizes looks like this, too.
  if (fault === 'ioError')
    return `${path} cannot be read or written (${reason}). Free some space, or raise the limit on file sizes; else check the disk.`;
  return `${path} cannot be opened for writing (${reason}). Make it a file this user can write.`;
}
