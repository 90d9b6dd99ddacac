import { workerData } from 'node:worker_threads';
import { serveThread } from '../thread/serve.ts';
import { openDatabase } from './database.ts';
import { createLedger, SCHEMA, VERSION } from './ledger.ts';

function openEngine({ dataDir }: { dataDir: string }) {
  const database = openDatabase({ dataDir, name: 'state', schema: SCHEMA, version: VERSION, cacheMiB: 8 });
  const { find, note, settle, forget } = createLedger(database);
  return {
    transaction: database.transaction,
    reads: { find },
    writes: { note, settle, forget },
    jobs: {},
    close: database.close,
  };
}

type Engine = ReturnType<typeof openEngine>;
export type StateMethods = Engine['reads'] & Engine['writes'];

serveThread(() => openEngine(workerData));
