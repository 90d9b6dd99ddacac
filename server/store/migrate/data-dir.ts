import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirUnusable } from '../errors.ts';
import { lockDataDir } from '../sqlite/data-dir.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { openHighWater } from '../sqlite/high-water.ts';
import { prepare } from '../sqlite/prepare.ts';
import { SCHEMA, VERSION } from '../sqlite/schema.ts';
import { describeFull } from './begin.ts';
import type { LogSide, Side } from './side.ts';

/** While another connection writes. */
const BUSY_MS = 5_000;

export const nameOfDataDir = (dataDir: string) => `DATA_DIR ${resolve(dataDir)}`;

/**
 * Opens a file of a data directory to be read; nothing of it changes but by `transaction`.
 *
 * @param isLocked whether no collector may run on it.
 * @param version of its schema.
 * @throws {DataDirUnusable}
 */
export function openSourceFile(dataDir: string, name: string, version: number, isLocked: boolean): Side {
  const unlock = isLocked ? lockDataDir(dataDir, name) : () => {};
  const path = join(dataDir, `${name}.db`);
  const connection = new DatabaseSync(path, { timeout: BUSY_MS });
  const close = () => {
    connection.close();
    unlock();
  };
  const found = connection.prepare('PRAGMA user_version').get()?.user_version;
  if (found !== version) {
    close();
    throw new DataDirUnusable(
      `${path} has schema version ${found}; this program migrates version ${version}. ${Number(found) < version ? 'Start the collector of this version on it once, which upgrades it.' : 'Migrate with the version that wrote it.'}`,
    );
  }
  return { engine: 'sqlite', connection, transaction: (work) => transaction(connection, work), close };
}

/** Opens a file of a data directory to be written, made when absent. @throws {DataDirUnusable} also when a collector runs on it. */
export function openDestinationFile(dataDir: string, name: string, version: number, schema: string): Side {
  return { engine: 'sqlite', ...openDatabase({ dataDir, name, schema, version }) };
}

/** @throws {DataDirUnusable} */
export function openSourceLog(dataDir: string, isLocked: boolean): LogSide {
  if (!existsSync(join(dataDir, 'store.db')))
    throw new DataDirUnusable(
      `${nameOfDataDir(dataDir)} holds no log: there is no store.db in it. Set DATA_DIR.`,
    );
  const log = asLog(dataDir, openSourceFile(dataDir, 'store', VERSION, isLocked));
  if (!isLocked || !isBehindMark(dataDir, log)) return log;
  log.close();
  throw new DataDirUnusable(
    `${nameOfDataDir(dataDir)} has lost events that its store.mark knows of. Start the collector on it once, which records them.`,
  );
}

function isBehindMark(dataDir: string, { counters }: LogSide): boolean {
  const path = join(dataDir, 'store.mark');
  if (!existsSync(path)) return false;
  const { found, close } = openHighWater(path);
  close();
  return typeof found === 'object' && found.seq > Number(counters().get('events') ?? 0);
}

/** Of another log, which this one would be taken for. */
const OF_A_LOG = ['events.db', 'state.db', 'statistics.db', 'analytics.db', 'search.db', 'store.mark'];

/** @throws {DataDirUnusable} */
export function openDestinationLog(dataDir: string): LogSide {
  const holds = (name: string) => existsSync(join(dataDir, name));
  if (!holds('store.db') && OF_A_LOG.some(holds))
    throw new DataDirUnusable(describeFull(nameOfDataDir(dataDir)));
  return asLog(dataDir, openDestinationFile(dataDir, 'store', VERSION, SCHEMA));
}

function asLog(dataDir: string, side: Side): LogSide {
  const { connection } = side;
  const counters = () => {
    const rows = prepare<{ name: string; last: string }>(
      connection,
      'SELECT name, CAST(seq AS TEXT) AS last FROM sqlite_sequence',
    ).all();
    return new Map(rows.map(({ name, last }) => [name, last]));
  };
  return {
    ...side,
    place: nameOfDataDir(dataDir),
    counters,
    setCounters(wanted) {
      const counted = prepare<{ name: string }>(
        connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'",
      ).all();
      const remove = prepare(connection, 'DELETE FROM sqlite_sequence WHERE name = ?');
      const put = prepare(
        connection,
        'INSERT INTO sqlite_sequence (name, seq) VALUES (?, CAST(? AS INTEGER))',
      );
      // Of a row that was added it is that row's number already, or a higher one of before.
      for (const { name } of counted) {
        remove.run(name);
        put.run(name, wanted.get(name) ?? '0');
      }
    },
    /** So that a start finds the high-water mark, and misses nothing. */
    finish() {
      const newest = prepare<{ atMs: number }>(
        connection,
        'SELECT received_at AS atMs FROM events ORDER BY seq DESC LIMIT 1',
      ).get();
      const mark = openHighWater(join(dataDir, 'store.mark'));
      mark.advance({ seq: Number(counters().get('events')), atMs: newest?.atMs ?? 0 });
      mark.close();
    },
  };
}
