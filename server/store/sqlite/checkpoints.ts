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

/** How long to insist while another connection copies pages, or an operator's tool is reading. */
const PATIENCE_MS = 2000;

/** What was deleted is still readable in the write-ahead log until it is copied over and cut. Each `yield` lets others go on. */
export function* emptyWal(connection: DatabaseSync): Generator<undefined, void> {
  const cut = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  const deadline = performance.now() + PATIENCE_MS;
  while (cut.get()?.busy !== 0 && performance.now() < deadline) yield;
}
