import {
  hasStatistics,
  openDestinationStatistics,
  openSourceStatistics,
} from '../analytics/store/migrate-sides.ts';
import type { Config } from '../config/config.ts';
import { OperatorError } from '../lib/operator-error.ts';
import { PostgresError } from '../store/errors.ts';
import { beginMigration } from '../store/migrate/begin.ts';
import { nameOfDataDir, openDestinationLog, openSourceLog } from '../store/migrate/data-dir.ts';
import { openDestinationSchema, openSourceSchema } from '../store/migrate/database.ts';
import {
  type Compared,
  compareTables,
  completeMigration,
  copyTables,
  isEqual,
  type OnProgress,
  type Pair,
} from '../store/migrate/migrate.ts';
import type { Side } from '../store/migrate/side.ts';
import { LOG_SCHEMA, ORDER_KEY_MS } from '../store/open.ts';
import { requireUsable } from '../store/postgres/examine.ts';
import { toUnusable as toDatabaseUnusable } from '../store/postgres/problem-of.ts';
import { toUnusable as toDataDirUnusable } from '../store/sqlite/database.ts';
import { rowProgress } from './progress-lines.ts';

export type Engine = 'postgres' | 'sqlite';
export interface MigrateOptions {
  to: Engine;
  /** A collector may run on the source: nothing is compared or completed. */
  isAhead: boolean;
  nowMs: number;
  /** What is going on, line by line. */
  say: (line: string) => void;
  /** The result, line by line. */
  print: (line: string) => void;
  onProgress?: OnProgress;
}
type Settings = Pick<Config, 'dataDir' | 'retentionMs'> & { databaseUrl: string };

/**
 * @returns whether source and destination are equal, or were copied ahead.
 * @throws {OperatorError} with what to do, when it cannot begin or go on.
 */
export async function migrate(settings: Settings, options: MigrateOptions): Promise<boolean> {
  const opened: Side[] = [];
  try {
    return await copyAndCompare(settings, options, opened);
  } catch (error) {
    throw inWords(error, settings);
  } finally {
    for (const side of opened.toReversed()) close(side);
  }
}

async function copyAndCompare(settings: Settings, options: MigrateOptions, opened: Side[]): Promise<boolean> {
  const { dataDir, databaseUrl, retentionMs } = settings;
  const { to, isAhead, nowMs, say, print, onProgress = rowProgress('migrate', say) } = options;
  const use = <S extends Side>(side: S): S => {
    opened.push(side);
    return side;
  };
  const at = new Date(nowMs).toISOString();
  await requireUsable(databaseUrl, LOG_SCHEMA);
  const source = use(
    to === 'postgres'
      ? openSourceLog(dataDir, !isAhead)
      : openSourceSchema(databaseUrl, LOG_SCHEMA, !isAhead),
  );
  const destination = use(
    to === 'postgres' ? openDestinationSchema(databaseUrl, LOG_SCHEMA) : openDestinationLog(dataDir),
  );
  const places = { source, destination };
  if (beginMigration(places, at) === 'completed') {
    print(`migrate: ${source.place} was migrated to ${destination.place} before; nothing to do`);
    return true;
  }
  say(`migrate: from ${source.place} to ${destination.place}`);
  const pairs: Pair[] = [places];
  const statistics = { postgres: { databaseUrl }, sqlite: { dataDir } };
  const [from, into] =
    to === 'postgres' ? [statistics.sqlite, statistics.postgres] : [statistics.postgres, statistics.sqlite];
  if (hasStatistics(from))
    pairs.push({
      source: use(openSourceStatistics(from, !isAhead)),
      destination: use(await openDestinationStatistics(into)),
    });
  for (const pair of pairs) copyTables(pair, onProgress);
  if (isAhead) {
    print(
      'migrate: copied ahead. Stop the collector, and start this command again without --ahead: it copies what changed since.',
    );
    return true;
  }
  const compared = pairs.flatMap((pair) => compareTables(pair, onProgress));
  for (const table of compared) print(describeTable(table));
  const different = compared.filter((table) => !isEqual(table)).map(({ table }) => table);
  if (different.length > 0) {
    print(
      `migrate: ${different.join(', ')} differ: something else has written to ${source.place} or ${destination.place} meanwhile. Nothing is completed: end what writes there, and start this command again.`,
    );
    return false;
  }
  completeMigration(places, { retentionMs, orderKeyMs: ORDER_KEY_MS }, at);
  print(`migrate: ${source.place} was migrated to ${destination.place}: ${howToStart(to)}`);
  return true;
}

const howToStart = (to: Engine) =>
  to === 'postgres'
    ? 'start the collector with DATABASE_URL. No erasure reaches the old data directory any more: remove it when it is not needed'
    : 'start the collector without DATABASE_URL. No erasure reaches the old database any more: remove it when it is not needed';

function describeTable(compared: Compared): string {
  const { table, source, destination } = compared;
  const short = ({ rows, digest }: Compared['source']) =>
    `${rows.toLocaleString('en')} rows ${digest.slice(0, 16)}`;
  const right = isEqual(compared) ? 'equal' : `DIFFERENT: ${short(destination)}`;
  return `${table.padEnd(18)} ${short(source).padStart(32)}  ${right}`;
}

/** The disk is full, the database is away, PostgreSQL refuses a row. */
function inWords(error: unknown, { dataDir, databaseUrl }: Settings): unknown {
  const described =
    error instanceof PostgresError
      ? toDatabaseUnusable(databaseUrl, error)
      : toDataDirUnusable(nameOfDataDir(dataDir), error);
  if (described === error || !(described instanceof Error)) return error;
  return new OperatorError(`${described.message} Then start this command again: it continues.`, {
    cause: error,
  });
}

/** What is broken already is not reported again. */
function close(side: Side): void {
  try {
    side.close();
  } catch {}
}
