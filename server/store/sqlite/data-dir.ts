import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirUnusable, sqliteFault } from '../errors.ts';

/**
 * Makes the data directory, readable by its owner alone, when it is missing.
 *
 * @throws {DataDirUnusable} when it is no directory, or this user may not write to it.
 */
export function prepareDataDir(dataDir: string): void {
  try {
    makeDirectory(resolve(dataDir));
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirUnusable(wordsFor(dataDir, error), { cause: error });
  }
}

/** Node's own recursive form never returns where a file system answers ENOENT to every name, as `/proc` does. */
function makeDirectory(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    return;
  }
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // The log and the ledger open at the same time: one of them comes second.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error;
  }
}

function wordsFor(dataDir: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'EEXIST' || code === 'ENOTDIR'
    ? `DATA_DIR ${dataDir} is not a directory. Name a directory, or remove the file in its way.`
    : `DATA_DIR ${dataDir} cannot be written (${code}). Name a directory this user may write to, or change its owner.`;
}

/**
 * Claims `<dataDir>/<name>.lock` for this process. The lock is SQLite's own on that file, hence the operating
 * system's: it is gone the moment the process is, however it ends. The database beside it stays open to readers.
 *
 * @returns how to let go.
 * @throws {DataDirUnusable} when another process, or another part of this one, holds it.
 */
export function lockDataDir(dataDir: string, name: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dataDir, `${name}.lock`));
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw new DataDirUnusable(
      sqliteFault(error) === 'busy'
        ? `DATA_DIR ${dataDir} is in use by another process. Stop that one, or give this one a directory of its own.`
        : `DATA_DIR ${dataDir} cannot be locked (${String(error)}). Make sure ${name}.lock in it is a writable file.`,
      { cause: error },
    );
  }
  return () => lock.close();
}
