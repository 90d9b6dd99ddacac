import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirUnusable, storageFault } from '../errors.ts';

/**
 * Creates the data directory when it is absent, readable by its owner alone.
 *
 * @throws {DataDirUnusable} when it is not a directory, or this user cannot write to it.
 */
export function prepareDataDir(dataDir: string): void {
  try {
    createDirectory(resolve(dataDir));
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirUnusable(describeProblem(dataDir, error), { cause: error });
  }
}

/** Node's recursive `mkdir` never returns on a file system that answers ENOENT to every name, such as `/proc`. */
function createDirectory(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    return;
  }
  createDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // The log and the ledger open at the same time: the other may have created it.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error;
  }
}

function describeProblem(dataDir: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'EEXIST' || code === 'ENOTDIR'
    ? `DATA_DIR ${dataDir} is not a directory. Set it to a directory, or remove the file of that name.`
    : `DATA_DIR ${dataDir} cannot be written (${code}). Set it to a directory this user can write, or change its owner.`;
}

/**
 * Locks `<dataDir>/<name>.lock` for this process. It is SQLite's lock on that file, hence the operating system's: it
 * ends with the process, however that ends. Other processes can still read the database beside it.
 *
 * @returns a function that releases the lock.
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
      storageFault(error) === 'busy'
        ? `DATA_DIR ${dataDir} is in use by another process. Stop that process, or set another directory.`
        : `DATA_DIR ${dataDir} cannot be locked (${String(error)}). Make ${name}.lock in it a writable file.`,
      { cause: error },
    );
  }
  return () => lock.close();
}
