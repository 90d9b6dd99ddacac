import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirUnusable } from '../../store/errors.ts';
import { nameOfDataDir, openDestinationFile, openSourceFile } from '../../store/migrate/data-dir.ts';
import { openSchema, openSchemaSnapshot } from '../../store/migrate/database.ts';
import type { Side } from '../../store/migrate/side.ts';
import { hasTable } from '../../store/postgres/prepare-database.ts';
import { nameOf } from '../../store/postgres/problem-of.ts';
import { prepare } from '../../store/sqlite/prepare.ts';
import { migrations } from './migrations.ts';
import { SCHEMA } from './open-postgres.ts';
import { VERSION } from './open-sqlite.ts';
import { openStatistics } from './open-statistics.ts';

/** Of a data directory, or of PostgreSQL. */
export type StatisticsPlace = { dataDir: string } | { databaseUrl: string };

/** Whether anything was ever counted there. */
export function hasStatistics(place: StatisticsPlace): boolean {
  if ('dataDir' in place) return existsSync(join(place.dataDir, 'analytics.db'));
  const { connection, close } = openSchema(place.databaseUrl, SCHEMA);
  try {
    return hasTable(connection, SCHEMA, 'settings');
  } finally {
    close();
  }
}

/**
 * The statistics of a place, to be read.
 *
 * @param isHeld whether nothing may change meanwhile.
 * @throws {DataDirUnusable} when they are in use, or of another version.
 */
export const openSourceStatistics = (place: StatisticsPlace, isHeld: boolean): Side =>
  requireVersion(
    place,
    'dataDir' in place
      ? openSourceFile(place.dataDir, 'analytics', VERSION, isHeld)
      : openSchema(place.databaseUrl, SCHEMA, isHeld),
  );

/**
 * The statistics as they were in a snapshot of the database.
 *
 * @returns undefined when nothing had been counted.
 * @throws {DataDirUnusable} when they are of another version.
 */
export function openStatisticsSnapshot(databaseUrl: string, id: string): Side | undefined {
  const side = openSchemaSnapshot(databaseUrl, SCHEMA, id);
  if (hasTable(side.connection, SCHEMA, 'settings')) return requireVersion({ databaseUrl }, side);
  side.close();
  return undefined;
}

function requireVersion(place: StatisticsPlace, side: Side): Side {
  const known = Object.keys(migrations(side.engine));
  const found = prepare<{ name: string }>(side.connection, 'SELECT name FROM kysely_migration ORDER BY name')
    .all()
    .map(({ name }) => name);
  if (found.join() === known.join()) return side;
  side.close();
  const name = 'dataDir' in place ? nameOfDataDir(place.dataDir) : nameOf(place.databaseUrl);
  const isOlder = found.every((one) => known.includes(one));
  throw new DataDirUnusable(
    `The statistics in ${name} are of another version. ${isOlder ? 'Start the collector of this version on it once, which upgrades them.' : 'Migrate with the version that wrote them.'}`,
  );
}

/** The statistics of a place, to be written; their tables are made where there are none. @throws {DataDirUnusable} */
export async function openDestinationStatistics(place: StatisticsPlace): Promise<Side> {
  const made = await openStatistics({ dataDir: '', databaseUrl: undefined, ...place }, { shops: {} });
  await made.close();
  return 'dataDir' in place
    ? openDestinationFile(place.dataDir, 'analytics', VERSION, '')
    : openSchema(place.databaseUrl, SCHEMA);
}
