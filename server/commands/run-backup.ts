import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDestinationStatistics, openStatisticsSnapshot } from '../analytics/store/migrate-sides.ts';
import type { Config } from '../config/config.ts';
import { OperatorError } from '../lib/operator-error.ts';
import { readVersion } from '../lib/version.ts';
import { copySnapshot } from '../store/backup/copy.ts';
import { examineCopy } from '../store/backup/examine-copy.ts';
import { contentOf, FILE_NAMES, fillDirectory, sumOf } from '../store/backup/files.ts';
import { type Manifest, writeManifest } from '../store/backup/manifest.ts';
import { openSnapshot } from '../store/backup/snapshot.ts';
import { PostgresError } from '../store/errors.ts';
import { nameOfDataDir, openDestinationLog } from '../store/migrate/data-dir.ts';
import { openLogSnapshot } from '../store/migrate/database.ts';
import { compareTables, completeCopy, copyTables, isEqual, type Pair } from '../store/migrate/migrate.ts';
import type { Side } from '../store/migrate/side.ts';
import { LOG_SCHEMA, ORDER_KEY_MS } from '../store/open.ts';
import { requireUsable } from '../store/postgres/examine.ts';
import { toUnusable as toDatabaseUnusable } from '../store/postgres/problem-of.ts';
import { toUnusable as toDataDirUnusable } from '../store/sqlite/database.ts';
import { progressLines, rowProgress } from './progress-lines.ts';

export interface BackupOptions {
  /** Epoch ms. */
  now: () => number;
  /** What is going on, line by line. */
  say: (line: string) => void;
}
type Settings = Pick<Config, 'dataDir' | 'databaseUrl' | 'retentionMs'>;
type Origin = Pick<Manifest, 'from' | 'madeAt'>;

/**
 * Writes what collectors have stored by now, which may run, into an empty folder.
 *
 * @throws {OperatorError} with what to do; then the folder is empty again.
 */
export async function backUp(settings: Settings, folder: string, options: BackupOptions): Promise<Manifest> {
  if (contentOf(folder).length > 0)
    throw new OperatorError(`${folder} is not empty: name a new folder for each backup.`);
  return fillDirectory(folder, async () => {
    try {
      const origin = await copyInto(folder, settings, options);
      const content = { program: readVersion(), ...origin, ...examineCopy(folder) };
      const files: Manifest['files'] = {};
      for (const name of FILE_NAMES)
        if (existsSync(join(folder, name))) files[name] = await sumOf(join(folder, name));
      return writeManifest(folder, { ...content, files });
    } catch (error) {
      throw error instanceof PostgresError
        ? toDatabaseUnusable(settings.databaseUrl ?? '', error)
        : toDataDirUnusable(folder, error);
    }
  });
}

function copyInto(folder: string, settings: Settings, options: BackupOptions): Promise<Origin> {
  const { databaseUrl, ...rest } = settings;
  return databaseUrl === undefined
    ? copyFiles(folder, rest, options)
    : copyRows(folder, { databaseUrl, ...rest }, options);
}

async function copyFiles(
  folder: string,
  { dataDir }: Pick<Settings, 'dataDir'>,
  { now, say }: BackupOptions,
): Promise<Origin> {
  const snapshot = openSnapshot(dataDir);
  try {
    const madeAt = new Date(now()).toISOString();
    const line = progressLines(say);
    await copySnapshot(snapshot, folder, (name, share) =>
      line(`backup: copying ${name}: ${Math.floor(share * 100)} %`),
    );
    return { from: nameOfDataDir(dataDir), madeAt };
  } finally {
    snapshot.close();
  }
}

/** The rows of PostgreSQL, as they were in one snapshot of the whole database, as a data directory. */
async function copyRows(
  folder: string,
  { databaseUrl, retentionMs }: Pick<Settings, 'retentionMs'> & { databaseUrl: string },
  { now, say }: BackupOptions,
): Promise<Origin> {
  await requireUsable(databaseUrl, LOG_SCHEMA);
  const opened: Side[] = [];
  const use = <S extends Side>(side: S): S => {
    opened.push(side);
    return side;
  };
  try {
    const source = use(openLogSnapshot(databaseUrl, LOG_SCHEMA));
    const madeAt = new Date(now()).toISOString();
    const statistics = openStatisticsSnapshot(databaseUrl, source.id);
    const destination = use(openDestinationLog(folder));
    const pairs: Pair[] = [{ source, destination }];
    if (statistics)
      pairs.push({
        source: use(statistics),
        destination: use(await openDestinationStatistics({ dataDir: folder })),
      });
    const onRows = rowProgress('backup', say);
    for (const pair of pairs) copyTables(pair, onRows);
    const different = pairs.flatMap((pair) => compareTables(pair, onRows)).filter((table) => !isEqual(table));
    if (different.length > 0)
      throw new OperatorError(
        `${different.map(({ table }) => table).join(', ')} differ from the database: something else has written to ${folder}.`,
      );
    completeCopy({ source, destination }, { retentionMs, orderKeyMs: ORDER_KEY_MS });
    return { from: source.place, madeAt };
  } finally {
    for (const side of opened.toReversed()) side.close();
  }
}
