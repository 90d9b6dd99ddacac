import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of every file of a directory and of those inside it: what a stranger with the disk could read. */
export const textOfFiles = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
