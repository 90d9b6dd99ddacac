import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What a backup consists of, beside its manifest. In the order in which they are restored. */
export const FILE_NAMES = ['store.mark', 'analytics.db', 'store.db'] as const;
export type FileName = (typeof FILE_NAMES)[number];

export interface FileSum {
  bytes: number;
  /** Hex. */
  sha256: string;
}

export async function sumOf(path: string): Promise<FileSum> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { bytes: statSync(path).size, sha256: hash.digest('hex') };
}

/** Once it returns, the file or the names in the directory survive a power cut. */
export function syncPath(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** The new volume of a machine has this directory, and nothing else. */
const OF_A_VOLUME = 'lost+found';

/** Empty when there is no such directory. @throws when it is none, or cannot be read. */
export function contentOf(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name !== OF_A_VOLUME);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Fills a directory that is empty or absent, readable by its owner alone. Where `fill` fails, nothing is left in it.
 *
 * @throws what `fill` throws, and when the directory cannot be written.
 */
export async function fillDirectory<T>(directory: string, fill: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    const result = await fill();
    for (const name of contentOf(directory)) chmodSync(join(directory, name), 0o600);
    syncPath(directory);
    return result;
  } catch (error) {
    for (const name of contentOf(directory)) rmSync(join(directory, name), { force: true });
    throw error;
  }
}
