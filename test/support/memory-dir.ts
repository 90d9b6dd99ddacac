import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const PLACE = '/dev/shm';
/** More than a run writes: the program and the files of PostgreSQL, data directories, profiles of browsers. */
const FREE_BYTES = 2 * 1024 ** 3;

/**
 * Has this process and its children put their temporary files into memory, until this process ends: each commit of a store
 * waits for the disk, 10 ms on a common one. A killed process leaves the same files there. Nothing changes where there is no
 * such place, or where `TMPDIR` is set.
 */
export function keepTempFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || !isUsable()) return;
  const directory = mkdtempSync(join(PLACE, 'storebeacon-tests-'));
  // PostgreSQL runs as another user.
  chmodSync(directory, 0o755);
  process.env.TMPDIR = directory;
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
}

/** Containers often have one that is small, or from which nothing can be run. */
function isUsable(): boolean {
  if (!existsSync(PLACE)) return false;
  const { bavail, bsize } = statfsSync(PLACE);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const mount = mounts.find((line) => line.split(' ')[1] === PLACE);
  return bavail * bsize > FREE_BYTES && mount !== undefined && !mount.includes('noexec');
}
