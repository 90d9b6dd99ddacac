import { workerData } from 'node:worker_threads';
import { createEngine, type LogData } from '../sqlite/create-engine.ts';
import { prepare } from '../sqlite/prepare.ts';
import type { Tables } from '../sqlite/tables.ts';
import { syncEngine } from '../thread/engine.ts';
import { serveThread } from '../thread/serve.ts';
import { openConnection } from './connection.ts';
import { POSTGRES_SCHEMA } from './schema.ts';

export interface PostgresLogData extends LogData {
  url: string;
  schema: string;
}

function openEngine(data: PostgresLogData) {
  const connection = openConnection(data.url, data.schema);
  return createEngine(data, toTables(connection, data.schema));
}

function toTables(connection: ReturnType<typeof openConnection>, schema: string): Tables {
  function transaction<T>(work: () => T): T {
    connection.exec('BEGIN');
    try {
      const result = work();
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
  transaction(() => {
    connection.exec(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const isThere = connection
      .prepare(
        "SELECT 1 AS found FROM information_schema.tables WHERE table_schema = ? AND table_name = 'events'",
      )
      .get(schema);
    if (!isThere) connection.script(POSTGRES_SCHEMA);
  });
  const assigned = prepare<{ seq: number; isCalled: number }>(
    connection,
    'SELECT last_value AS seq, is_called AS isCalled FROM events_seq_seq',
  );
  return {
    connection,
    transaction,
    assignedSeq() {
      const { seq = 0, isCalled = 0 } = assigned.get() ?? {};
      return isCalled ? seq : 0;
    },
    begin: ({ transaction }) => ({ found: { highWaterMarkLost: false }, transaction }),
    durability: () => ({ synchronous: 'full', gaps: [] }),
    *forget() {},
    *shrink() {},
    close: () => connection.close(),
  };
}

await serveThread(() => syncEngine(openEngine(workerData as PostgresLogData)));
