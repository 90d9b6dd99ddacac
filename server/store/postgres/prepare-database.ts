import { placeOf } from '../../lib/place-of.ts';
import { DataDirUnusable, PostgresError, storageFault } from '../errors.ts';
import { prepare } from '../sqlite/prepare.ts';
import { VERSION } from '../sqlite/schema.ts';
import type { Durability } from '../store.ts';
import type { PostgresConnection } from './connection.ts';
import { POSTGRES_SCHEMA } from './schema.ts';

interface Place {
  url: string;
  schema: string;
}

/** Makes the tables where there are none. @throws {DataDirUnusable} with what the operator has to change. */
export function prepareDatabase(connection: PostgresConnection, place: Place): void {
  try {
    connection.begin();
    createTables(connection, place);
    const synchronous = synchronousOf(connection);
    connection.commit();
    if (synchronous !== 'full')
      throw new DataDirUnusable(
        `DATABASE_URL: ${nameOf(place.url)} has synchronous_commit=${commitSetting(connection)}, so what it has answered may be gone after a crash. Set it to on or remote_apply.`,
      );
  } catch (error) {
    connection.rollback();
    throw error instanceof PostgresError ? toUnusable(place.url, error) : error;
  }
}

function createTables(connection: PostgresConnection, { url, schema }: Place): void {
  // Two collectors that start at once: one makes the tables.
  connection.prepare('SELECT pg_advisory_xact_lock(7305)').get();
  if (!hasTable(connection, schema, 'log_state')) {
    connection.exec(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    connection.exec(POSTGRES_SCHEMA);
    return;
  }
  const version = prepare<{ version: number }>(
    connection,
    'SELECT schema_version AS version FROM log_state',
  ).get();
  if (version?.version === VERSION) return;
  throw new DataDirUnusable(
    `DATABASE_URL: ${nameOf(url)} has schema version ${version?.version}; this program supports version ${VERSION}. Start the program version that wrote it.`,
  );
}

export const hasTable = (connection: PostgresConnection, schema: string, name: string): boolean =>
  connection
    .prepare('SELECT 1 AS found FROM information_schema.tables WHERE table_schema = ? AND table_name = ?')
    .get(schema, name) !== undefined;

const commitSetting = (connection: PostgresConnection) =>
  prepare<{ setting: string }>(connection, "SELECT current_setting('synchronous_commit') AS setting").get()
    ?.setting;

/** `on` and `remote_apply` wait for the disk, of the standby too where there is one. */
export function synchronousOf(connection: PostgresConnection): Durability['synchronous'] {
  const setting = commitSetting(connection) ?? '';
  return ['on', 'remote_apply'].includes(setting) ? 'full' : 'off';
}

export const nameOf = (url: string) => `PostgreSQL at ${placeOf(url)}`;

const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'Correct the password in DATABASE_URL.',
  '28000': 'Correct the user in DATABASE_URL, or allow it in pg_hba.conf.',
  '3D000': 'Create the database, or correct its name in DATABASE_URL.',
  '42501': 'Grant the user CREATE on the database.',
  '53100': 'Free some space on the server.',
  '53300': 'Raise max_connections, or put PgBouncer in front: a collector needs 4 connections.',
  '25006': 'It is a standby: name the primary in DATABASE_URL.',
  ENOTFOUND: 'Correct the host in DATABASE_URL.',
};

export function toUnusable(url: string, error: PostgresError): DataDirUnusable {
  const { code = '', message } = error;
  const advice =
    ADVICE[code] ??
    (storageFault(error) === 'away'
      ? 'Start it, or correct host and port in DATABASE_URL.'
      : 'See the log of the PostgreSQL server.');
  return new DataDirUnusable(`DATABASE_URL: ${nameOf(url)} cannot be used (${message}). ${advice}`, {
    cause: error,
  });
}
