import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

const INTERVAL_MS = 100;
/** In pages of 4 KiB: 64 MiB. */
const WAL_PAGES = 16_384;

/**
 * Runs checkpoints in a thread of their own, so that no commit waits while pages are copied back. Under a continuous
 * load that alone would never empty the write-ahead log: at `WAL_PAGES` the writer copies the rest itself.
 *
 * @returns a function that stops the thread and resolves once it has closed the file.
 */
export function startCheckpoints(connection: DatabaseSync): () => Promise<void> {
  connection.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: { path: connection.location(), intervalMs: INTERVAL_MS },
  });
  // A storage thread that cannot open its store ends, and with it this one.
  worker.unref();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return () => {
    worker.ref();
    worker.postMessage('stop');
    return exited;
  };
}

/** How long to retry while another connection runs a checkpoint, or an operator's tool is reading. */
const TIMEOUT_MS = 2000;

/** Truncates the write-ahead log of the connection's own file, where deleted values stay readable until then. No step waits for another connection. */
export function* emptyWal(connection: DatabaseSync): Generator<undefined, void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!truncateWal(connection) && performance.now() < deadline) yield;
}

function truncateWal(connection: DatabaseSync): boolean {
  const { timeout } = connection.prepare('PRAGMA busy_timeout').get() ?? {};
  connection.exec('PRAGMA busy_timeout = 0');
  try {
    return connection.prepare('PRAGMA main.wal_checkpoint(TRUNCATE)').get()?.busy === 0;
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${timeout}`);
  }
}
