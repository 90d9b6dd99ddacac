import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Keeps so much of a file, between nothing (0) and all (1). */
export const cut = (path: string, keep: number) => truncateSync(path, Math.floor(statSync(path).size * keep));

/** Turns the bits of a few bytes, somewhere between the beginning (0) and the end (1) of a file. */
export function flip(path: string, where: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor((bytes.length - 16) * where);
  for (let index = at; index < at + 16; index++) bytes[index] = ~(bytes[index] ?? 0) & 0xff;
  writeFileSync(path, bytes);
}

/**
 * Takes off what SQLite would not read: frames left from an earlier turn of the write-ahead log, which carry other salts.
 * Damage there would damage nothing.
 *
 * @see https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function trimWal(path: string): void {
  const wal = readFileSync(path);
  const frameBytes = 24 + wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let end = 32;
  while (end + frameBytes <= wal.length && wal.subarray(end + 8, end + 16).equals(salts)) end += frameBytes;
  truncateSync(path, end);
}

/** A reader keeps what is committed from now on in the write-ahead log alone. @returns ends its reading. */
export function holdWal(dataDir: string): () => void {
  const reader = new DatabaseSync(join(dataDir, 'store.db'), { timeout: 5_000 });
  reader.exec('PRAGMA wal_checkpoint(PASSIVE); BEGIN; SELECT count(*) FROM events');
  return () => reader.close();
}
