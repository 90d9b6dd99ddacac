import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../../lib/operator-error.ts';
import { VERSION } from '../sqlite/schema.ts';
import { FILE_NAMES, syncPath } from './files.ts';

/** Of the files and the manifest; a later one is refused. */
const FORMAT = 1;
const NAME = 'backup.json';

const FileSum = z.object({ bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** What a backup is, in `backup.json` beside its files. It is written last: a folder without it holds no whole backup. */
const Manifest = z.object({
  format: z.literal(FORMAT),
  /** Of the program that made it. */
  program: z.string(),
  /** ISO 8601: nothing that was accepted later is in it. */
  madeAt: z.iso.datetime(),
  /** In words: `DATA_DIR /data`, `PostgreSQL at host/database`. */
  from: z.string(),
  /** Schema version of `store.db`. */
  schema: z.int().positive(),
  events: z.object({
    count: z.int().nonnegative(),
    /** The highest number that an event ever got. */
    last: z.int().nonnegative(),
  }),
  files: z.partialRecord(z.enum(FILE_NAMES), FileSum),
});
export type Manifest = z.infer<typeof Manifest>;

const Version = z.object({ format: z.int(), schema: z.int(), program: z.string() });

export function writeManifest(folder: string, content: Omit<Manifest, 'format'>): Manifest {
  const path = join(folder, NAME);
  const manifest: Manifest = { format: FORMAT, ...content };
  writeFileSync(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
  syncPath(`${path}.part`);
  renameSync(`${path}.part`, path);
  return manifest;
}

/** @throws {OperatorError} when there is none, it cannot be read, or a later version wrote it. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, NAME);
  if (!existsSync(path))
    throw new OperatorError(
      `${folder} holds no whole backup: there is no ${NAME} in it, which is written last. Name another folder.`,
    );
  const parsed = parseJson(readFileSync(path, 'utf8'));
  const version = Version.safeParse(parsed).data;
  if (version && (version.format > FORMAT || version.schema > VERSION))
    throw new OperatorError(
      `${folder} was backed up by version ${version.program}, which is newer than this program. Restore it with that version.`,
    );
  const manifest = Manifest.safeParse(parsed);
  if (!manifest.success)
    throw new OperatorError(`${path} is damaged: it is not what a backup writes. Name another folder.`);
  return manifest.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
