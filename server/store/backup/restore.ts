import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../lib/operator-error.ts';
import { DataDirUnusable } from '../errors.ts';
import { nameOfDataDir } from '../migrate/data-dir.ts';
import { lockDataDir } from '../sqlite/data-dir.ts';
import { contentOf, FILE_NAMES, fillDirectory, sumOf, syncPath } from './files.ts';
import { type Manifest, readManifest } from './manifest.ts';

/**
 * Copies a backup into an empty data directory, and compares what was copied with the sums of its manifest. `store.mark` comes first
 * and `store.db` last: a start on a restoration that was cut short reports that events are missing.
 *
 * @throws {OperatorError} when the backup is not whole, damaged or newer, and when the data directory holds anything or is in use.
 */
export async function restoreBackup(folder: string, dataDir: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  requireEmpty(dataDir);
  return fillDirectory(dataDir, async () => {
    const unlock = lockDataDir(dataDir, 'store');
    try {
      for (const name of FILE_NAMES) {
        const expected = manifest.files[name];
        if (!expected) continue;
        const [from, part] = [join(folder, name), join(dataDir, `${name}.part`)];
        if (!existsSync(from)) throw new OperatorError(`${from} is missing: ${NOT_RESTORED}`);
        copyFileSync(from, part);
        const { bytes, sha256 } = await sumOf(part);
        if (bytes !== expected.bytes || sha256 !== expected.sha256)
          throw new OperatorError(`${from} is damaged: it is not what was backed up. ${NOT_RESTORED}`);
        syncPath(part);
        renameSync(part, join(dataDir, name));
      }
    } finally {
      unlock();
    }
    return manifest;
  });
}

const NOT_RESTORED = 'Nothing was restored. Name another folder.';

/** @throws {DataDirUnusable} */
function requireEmpty(dataDir: string): void {
  const content = contentOf(dataDir);
  if (content.length === 0) return;
  if (content.includes('store.db')) lockDataDir(dataDir, 'store')();
  throw new DataDirUnusable(
    `${nameOfDataDir(dataDir)} is not empty (${content.slice(0, 3).join(', ')}). Move what is in it away, or set DATA_DIR to an empty directory: a backup is restored beside nothing.`,
  );
}
