import { workerData } from 'node:worker_threads';
import { type MethodsOf, syncEngine } from '../thread/engine.ts';
import { serveThread } from '../thread/serve.ts';
import { openDatabase } from './database.ts';
import { createLedger, SCHEMA, VERSION } from './ledger.ts';

function openEngine({ dataDir }: { dataDir: string }) {
  const database = openDatabase({ dataDir, name: 'state', schema: SCHEMA, version: VERSION, cacheMiB: 8 });
  const { find, reserve, confirm, release } = createLedger(database);
  return {
    transaction: database.transaction,
    reads: { find },
    writes: { reserve, confirm, release },
    jobs: {},
    close: database.close,
  };
}
export type LedgerMethods = MethodsOf<ReturnType<typeof openEngine>>;

await serveThread(() => syncEngine(openEngine(workerData)));
