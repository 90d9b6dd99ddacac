import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Copies committed pages from the write-ahead log into the database every `everyMs`, until it receives a message. */
const connection = new DatabaseSync(workerData.path);
connection.exec('PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON');
const copy = () => {
  try {
    connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // The disk is full: appends report it, and the next interval tries again.
  }
};
const timer = setInterval(copy, workerData.intervalMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  connection.close();
});
