import { workerData } from 'node:worker_threads';
import { startCheckpoints } from '../../storage/checkpoints.ts';
import { openDatabase, prepare } from '../../storage/database.ts';
import { serveThread } from '../../storage/serve.ts';
import type { Consumer, Durability } from '../event-log.ts';
import { createAppend } from './append.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createErase } from './erase.ts';
import { createLine } from './line.ts';
import { createRemove } from './remove.ts';
import { createRetain } from './retain.ts';
import { SCHEMA, VERSION } from './schema.ts';
import { createSeals } from './seals.ts';
import { createSettle } from './settle.ts';
import { createStore } from './store.ts';
import { createTake } from './take.ts';

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

/** The log's engine: every time is handed in, so the caller's clock rules. */
function openEngine({ dataDir, consumers, retentionMs, orderKeyMs, leaseMs, maxPages }: LogData) {
  const limit = maxPages === undefined ? {} : { maxPages };
  const database = openDatabase({ dataDir, name: 'events', schema: SCHEMA, version: VERSION, ...limit });
  const store = createStore(database, consumers);
  const seals = createSeals(store);
  const remove = createRemove(store);
  const { retain, purge } = createRetain(store, retentionMs, remove, seals);
  const line = createLine(store);
  const deadLetters = createDeadLetters(store, seals);
  const probe = prepare(store.connection, 'INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)');
  const synchronous = prepare<{ synchronous: number }>(store.connection, 'PRAGMA synchronous');
  const stopCheckpoints = startCheckpoints(database.connection);

  return {
    transaction: store.transaction,
    writes: {
      append: createAppend(store, { retentionMs, orderKeyMs }),
      settle: createSettle(store, seals),
      check(nowMs: number): Durability {
        probe.run(nowMs);
        return { synchronous: SYNCHRONOUS[synchronous.get()?.synchronous ?? 0] ?? 'off' };
      },
    },
    reads: { depth: line.depth, nextDueMs: line.nextDueMs, deadLetters: deadLetters.list },
    jobs: {
      take: createTake(store, leaseMs),
      wake: line.wake,
      replaySince: line.replaySince,
      replayDeadLetters: deadLetters.replay,
      discardDeadLetters: deadLetters.discard,
      erase: createErase(store, remove),
      purge,
      retain,
    },
    async close() {
      await stopCheckpoints();
      database.close();
    },
  };
}

type Engine = ReturnType<typeof openEngine>;
export type LogMethods = Engine['reads'] & Engine['writes'] & Engine['jobs'];

serveThread(() => openEngine(workerData as LogData));
