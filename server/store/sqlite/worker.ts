import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { DataDirUnusable } from '../errors.ts';
import { describeMark, readMark } from '../migration-mark.ts';
import { type MethodsOf, syncEngine } from '../thread/engine.ts';
import { serveThread } from '../thread/serve.ts';
import { emptyWal, startCheckpoints } from './checkpoints.ts';
import { createEngine, type LogData } from './create-engine.ts';
import { type Database, openDatabase, toUnusable } from './database.ts';
import { createGaps } from './gaps.ts';
import { type HighWater, openHighWater } from './high-water.ts';
import { prepare } from './prepare.ts';
import { SCHEMA, VERSION } from './schema.ts';
import type { Tables } from './tables.ts';
import { renameStoreFiles } from './upgrade/files.ts';
import {
  CONSENT_FUNCTIONS,
  UPGRADE_FROM_3,
  UPGRADE_FROM_4,
  UPGRADE_FROM_5,
  UPGRADE_FROM_6,
  UPGRADE_FROM_7,
  UPGRADE_SCHEMA,
} from './upgrade/schema.ts';
import { upgradeStore } from './upgrade/store.ts';

/** In the order of SQLite's numbers for them. @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = ['off', 'normal', 'full', 'extra'] as const;
/** Free pages beyond this share are returned to the file system. */
const KEEP_FREE = 0.25;
/** Returned in one step. */
const PAGES = 500;

function openEngine(data: LogData, onProgress: (step: string, done: number) => void = () => {}) {
  const { dataDir, maxPages, shops, nowMs } = data;
  const limit = maxPages === undefined ? {} : { maxPages };
  renameStoreFiles(dataDir);
  const database = openDatabase({
    ...{ dataDir, name: 'store', schema: SCHEMA, version: VERSION, ...limit },
    upgrade: {
      2: UPGRADE_SCHEMA,
      3: UPGRADE_FROM_3,
      4: UPGRADE_FROM_4,
      5: UPGRADE_FROM_5,
      6: UPGRADE_FROM_6,
      7: UPGRADE_FROM_7,
    },
    functions: CONSENT_FUNCTIONS,
  });
  try {
    const migration = readMark(database.connection);
    if (migration) throw new DataDirUnusable(describeMark(migration));
    upgradeStore({ database, dataDir, shops, nowMs, onProgress });
    return createEngine(data, toTables(database, openHighWater(join(dataDir, 'store.mark'))));
  } catch (error) {
    database.close();
    throw toUnusable(database.path, error);
  }
}

/** The file as the engine's tables. */
function toTables(database: Database, highWater: HighWater): Tables {
  const { connection, transaction } = database;
  const synchronous = prepare<{ synchronous: number }>(connection, 'PRAGMA synchronous');
  const assigned = prepare<{ seq: number }>(
    connection,
    "SELECT seq FROM sqlite_sequence WHERE name = 'events'",
  );
  const count = (name: string) => Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
  const assignedSeq = () => assigned.get()?.seq ?? 0;
  /** Absent: it is read from the file. */
  let lastSeq: number | undefined;
  const stopCheckpoints = startCheckpoints(connection);
  let list: ReturnType<typeof createGaps>['list'] = () => [];
  return {
    connection,
    transaction(work) {
      try {
        return transaction(() => work(false));
      } catch (error) {
        lastSeq = undefined;
        throw error;
      }
    },
    assignedSeq,
    nextSeq() {
      lastSeq = (lastSeq ?? assignedSeq()) + 1;
      return lastSeq;
    },
    begin(store) {
      const gaps = createGaps(store, highWater);
      list = gaps.list;
      return gaps;
    },
    durability: () => ({
      synchronous: SYNCHRONOUS[synchronous.get()?.synchronous ?? 0] ?? 'off',
      gaps: list(),
    }),
    forget: () => emptyWal(connection),
    *shrink() {
      while (count('freelist_count') > count('page_count') * KEEP_FREE) {
        connection.exec(`PRAGMA incremental_vacuum(${PAGES})`);
        yield;
      }
    },
    async close() {
      await stopCheckpoints();
      database.close();
      highWater.close();
    },
  };
}

export type LogMethods = MethodsOf<ReturnType<typeof openEngine>>;

await serveThread((progress) =>
  syncEngine(openEngine(workerData as LogData, (step, done) => progress({ step, done }))),
);
