import { workerData } from 'node:worker_threads';
import { createEngine, type LogData } from '../sqlite/create-engine.ts';
import type { OpenStore, Tables } from '../sqlite/tables.ts';
import { syncEngine } from '../thread/engine.ts';
import { serveThread } from '../thread/serve.ts';
import { createCollectors } from './collectors.ts';
import { openConnection } from './connection.ts';
import { createTableDedup } from './dedup.ts';
import { durabilityOf, prepareDatabase } from './prepare-database.ts';
import { createRowIds } from './row-ids.ts';
import { createTransactions } from './transactions.ts';

export interface PostgresLogData extends LogData {
  url: string;
  schema: string;
  /** Of this process, among all collectors. */
  collectorId: string;
  /** How long a collector counts as running after it said so. */
  aliveMs: number;
}

function openEngine(data: PostgresLogData) {
  const { url, schema, collectorId, aliveMs } = data;
  const connection = openConnection(url, schema);
  try {
    prepareDatabase(connection, { url, schema });
    const transactions = createTransactions(connection, schema);
    const collectors = createCollectors(connection, transactions, collectorId, aliveMs);
    let store: OpenStore | undefined;
    const tables: Tables = {
      connection,
      ...transactions,
      shared: collectors,
      nextId: createRowIds(connection),
      createDedup: createTableDedup,
      begin(opened) {
        store = opened;
        return { found: { highWaterMarkLost: false }, transaction: opened.transaction };
      },
      durability: () => durabilityOf(connection),
      *forget() {},
      *shrink() {},
      close() {
        // Others wait until this collector counts as ended when the database is away now.
        try {
          store?.transaction(collectors.leave);
        } catch {}
        connection.close();
      },
    };
    const engine = createEngine(data, tables);
    return {
      ...engine,
      writes: {
        ...engine.writes,
        claim: (states: Readonly<Record<string, string>>) => collectors.claim(store?.consumers ?? [], states),
        claimJob: collectors.claimJob,
        finishJob: collectors.finishJob,
      },
      reads: {
        ...engine.reads,
        stateOf: (name: string) => store?.consumer(name).state ?? '',
        look: () => ({ changedShops: collectors.changedShops(), changes: engine.reads.consentChanges() }),
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

await serveThread(() => syncEngine(openEngine(workerData as PostgresLogData)));
