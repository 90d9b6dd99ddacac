import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { DataDirUnusable, sqliteFault } from '../errors.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';

export interface DatabaseOptions {
  dataDir: string;
  /** The file is `<name>.db`, its lock `<name>.lock`. */
  name: string;
  /** Makes the tables of an empty file. */
  schema: string;
  /** Of the schema; a file of another version is refused. */
  version: number;
  /** Bounds the file, in pages of 4 KiB, so that a test can fill the "disk". */
  maxPages?: number;
  /** Of pages kept in memory; default 16. The operating system keeps more. */
  cacheMiB?: number;
}

export interface Database {
  readonly path: string;
  readonly connection: DatabaseSync;
  /** Runs `work` in one transaction: when this returns, what it wrote survives a power cut. All of it, or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * What every connection runs with. FULL syncs at each commit (fullfsync: on macOS too, whose fsync stops at the drive's
 * cache). secure_delete overwrites what is deleted, so an erased event is not left readable in a free page.
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
/** How long an operator's own tool may hold the file before a write here fails. */
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
    migrate(connection, options, path);
  } catch (error) {
    connection?.close();
    unlock();
    throw error instanceof DataDirUnusable
      ? error
      : new DataDirUnusable(wordsFor(path, error), { cause: error });
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

function transaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN');
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself when the disk was full.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function migrate(connection: DatabaseSync, { schema, version }: DatabaseOptions, path: string): void {
  const found = connection.prepare('PRAGMA user_version').get()?.user_version;
  if (found === version) return;
  if (found !== 0) {
    throw new DataDirUnusable(
      `${path} has schema version ${found}, this program knows version ${version}. Start the version that wrote it.`,
    );
  }
  transaction(connection, () => connection.exec(`${schema}; PRAGMA user_version = ${version}`));
}

/** What an operator has to mend, in words; an error that is not the file's stays as it is. */
export function toUnusable(path: string, error: unknown): unknown {
  if (sqliteFault(error) === undefined) return error;
  return new DataDirUnusable(wordsFor(path, error), { cause: error });
}

function wordsFor(path: string, error: unknown): string {
  const fault = sqliteFault(error);
  const words = error instanceof Error ? error.message : String(error);
  if (fault === 'notADatabase' || fault === 'corrupt')
    return `${path} is damaged or not a database (${words}). Put back a copy of it, or move it away to start empty.`;
  if (fault === 'full') return `${path}: the disk is full. Make room on it.`;
  return `${path} cannot be opened for writing (${words}). Make it a file this user may write to.`;
}

/** One prepared statement with the shape of its rows. */
export interface Query<Row> {
  all(...parameters: SQLInputValue[]): Row[];
  get(...parameters: SQLInputValue[]): Row | undefined;
  /** Answers how many rows changed. */
  run(...parameters: SQLInputValue[]): number;
  /** Answers the key of the new row. */
  insert(...parameters: SQLInputValue[]): number;
}

export function prepare<Row = never>(connection: DatabaseSync, sql: string): Query<Row> {
  const statement = connection.prepare(sql);
  return {
    all: (...parameters) => statement.all(...parameters) as unknown as Row[],
    get: (...parameters) => statement.get(...parameters) as unknown as Row | undefined,
    run: (...parameters) => Number(statement.run(...parameters).changes),
    insert: (...parameters) => Number(statement.run(...parameters).lastInsertRowid),
  };
}
