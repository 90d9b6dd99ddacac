import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Copies what is committed from the write-ahead log into the file, every little while, until told to stop. */
const connection = new DatabaseSync(workerData.path);
connection.exec('PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON');
const copy = () => {
  try {
    connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // A full disk: the log itself says so to those who write; the next round tries again.
  }
};
const timer = setInterval(copy, workerData.everyMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  connection.close();
});
