import { prepare } from '../sqlite/prepare.ts';
import { VERSION } from '../sqlite/schema.ts';
import type { Durability } from '../store.ts';
import type { PostgresConnection } from './connection.ts';
import { isSynchronous } from './facts.ts';
import { toUnusable } from './problem-of.ts';
import { POSTGRES_SCHEMA, UPGRADES } from './schema.ts';
import { lockNumberOf } from './transactions.ts';

interface Place {
  url: string;
  schema: string;
}

/** Makes the tables where there are none, and upgrades those of an earlier version. @throws {DataDirUnusable} with what the operator has to change. */
export function prepareDatabase(connection: PostgresConnection, { url, schema }: Place): void {
  try {
    connection.begin();
    // Two collectors that start at once: one makes the tables.
    connection.prepare('SELECT pg_advisory_xact_lock(7305)').get();
    if (!hasTable(connection, schema, 'log_state')) {
      connection.exec(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      connection.exec(POSTGRES_SCHEMA);
    } else upgrade(connection, schema);
    connection.commit();
  } catch (error) {
    connection.rollback();
    throw toUnusable(url, error);
  }
}

/** While no collector is in the middle of a transaction. Those of the former version store nothing more. */
function upgrade(connection: PostgresConnection, schema: string): void {
  prepare(connection, 'SELECT pg_advisory_xact_lock(CAST(? AS BIGINT))').run(lockNumberOf(schema));
  const found = prepare<{ version: number }>(
    connection,
    'SELECT schema_version AS version FROM log_state',
  ).get();
  for (let version = found?.version ?? VERSION; version < VERSION; version++) {
    connection.exec(UPGRADES.get(version) ?? '');
    prepare(connection, 'UPDATE log_state SET schema_version = ?').run(version + 1);
  }
}

export const hasTable = (connection: PostgresConnection, schema: string, name: string): boolean =>
  prepare<{ found: string | null }>(connection, 'SELECT to_regclass(?) AS found').get(`${schema}.${name}`)
    ?.found != null;

/** What the settings of today promise, and how much the database takes, the statistics and the search included. */
export function durabilityOf(connection: PostgresConnection): Durability {
  const found = prepare<{ commit: string; fsync: string; bytes: number }>(
    connection,
    `SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
       pg_database_size(current_database()) AS bytes`,
  ).get();
  const isDurable = found !== undefined && isSynchronous(found.commit) && found.fsync === 'on';
  return { synchronous: isDurable ? 'full' : 'off', gaps: [], ...(found && { bytes: found.bytes }) };
}
