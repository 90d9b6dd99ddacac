import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

const EVERY_MS = 100;
/** In pages of 4 KiB: 64 MiB. */
const WAL_PAGES = 16_384;

/**
 * Moves checkpoints to a thread of their own, so that no commit waits while pages are copied back. Under a load without
 * a pause the write-ahead log would never get empty that way: at `WAL_PAGES` the writer copies the little that is left.
 *
 * @returns how to stop; resolves once the thread has let the file go.
 */
export function startCheckpoints(connection: DatabaseSync): () => Promise<void> {
  connection.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: { path: connection.location(), everyMs: EVERY_MS },
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return () => {
    worker.postMessage('stop');
    return exited;
  };
}
