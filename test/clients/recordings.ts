import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorded } from './recorder.ts';

/** What one client sent. */
export interface Recording {
  /** As the client calls itself, with its version. */
  library: string;
  requests: Recorded[];
}

const FOLDER = join(import.meta.dirname, 'recordings');

/** By the client's name. */
export const RECORDINGS: Readonly<Record<string, Recording>> = Object.fromEntries(
  readdirSync(FOLDER).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recording,
  ]),
);
