import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { Consumer, Durability } from '../event-log.ts';
import { serveThread } from '../thread/serve.ts';
import { createAppend } from './append.ts';
import { startCheckpoints } from './checkpoints.ts';
import { type Database, openDatabase, prepare, toUnusable } from './database.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createSeen } from './dedup.ts';
import { createSeals } from './encrypted-pii.ts';
import { createErase } from './erase.ts';
import { createMissing } from './gaps.ts';
import { type HighWater, openHighWater } from './high-water.ts';
import { createLease } from './lease.ts';
import { createLine } from './queue.ts';
import { createRemove } from './remove.ts';
import { createHurry } from './requeue.ts';
import { createRetain } from './retain.ts';
import { SCHEMA, VERSION } from './schema.ts';
import { createSettle } from './settle.ts';
import { createStore } from './store.ts';

/** What the thread is started with. */
export interface LogData {
  dataDir: string;
  consumers: readonly Consumer[];
  retentionMs: number;
  orderKeyMs: number;
  leaseMs: number;
  maxPages?: number;
}

/** In the order of SQLite's numbers for them. @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = ['off', 'normal', 'full', 'extra'] as const;

function openEngine(data: LogData) {
  const { dataDir, maxPages } = data;
  const limit = maxPages === undefined ? {} : { maxPages };
  const database = openDatabase({ dataDir, name: 'events', schema: SCHEMA, version: VERSION, ...limit });
  try {
    return createEngine(data, database, openHighWater(join(dataDir, 'events.mark')));
  } catch (error) {
    database.close();
    throw toUnusable(database.path, error);
  }
}

/** The log's engine: every time is handed in, so the caller's clock rules. */
function createEngine(data: LogData, database: Database, mark: HighWater) {
  const { consumers, retentionMs, orderKeyMs, leaseMs } = data;
  const store = createStore(database, consumers);
  const missing = createMissing(store, mark);
  const seals = createSeals(store);
  const remove = createRemove(store);
  const seen = createSeen(store, { retentionMs, orderKeyMs });
  const { retain, purge } = createRetain(store, retentionMs, remove, seals, seen);
  const hurry = createHurry(store);
  const line = createLine(store, hurry);
  const deadLetters = createDeadLetters(store, seals);
  const probe = prepare(store.connection, 'INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)');
  const synchronous = prepare<{ synchronous: number }>(store.connection, 'PRAGMA synchronous');
  const stopCheckpoints = startCheckpoints(database.connection);

  return {
    transaction: missing.transaction,
    writes: {
      append: createAppend(store, seen, { retentionMs, orderKeyMs }),
      settle: createSettle(store, seals),
      check(nowMs: number): Durability {
        probe.run(nowMs);
        return {
          synchronous: SYNCHRONOUS[synchronous.get()?.synchronous ?? 0] ?? 'off',
          gaps: missing.list(),
        };
      },
    },
    reads: {
      found: () => missing.found,
      wake: line.wake,
      depth: line.depth,
      nextDueMs: line.nextDueMs,
      deadLetters: deadLetters.list,
    },
    jobs: {
      take: createLease(store, hurry, leaseMs),
      replaySince: line.replaySince,
      replayDeadLetters: deadLetters.replay,
      discardDeadLetters: deadLetters.discard,
      erase: createErase(store, remove, seen),
      purge,
      retain,
    },
    upkeep: seen.upkeep,
    async close() {
      await stopCheckpoints();
      database.close();
      mark.close();
    },
  };
}

type Engine = ReturnType<typeof openEngine>;
export type LogMethods = Engine['reads'] & Engine['writes'] & Engine['jobs'];

serveThread(() => openEngine(workerData as LogData));
