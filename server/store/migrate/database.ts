import { DataDirUnusable } from '../errors.ts';
import { openConnection, type PostgresConnection } from '../postgres/connection.ts';
import { hasTable, prepareDatabase } from '../postgres/prepare-database.ts';
import { nameOf } from '../postgres/problem-of.ts';
import { lockNumberOf } from '../postgres/transactions.ts';
import { prepare } from '../sqlite/prepare.ts';
import { VERSION } from '../sqlite/schema.ts';
import { describeFull } from './begin.ts';
import type { LogSide, Side } from './side.ts';

/** Between two statements of the transaction that holds a source, while the destination writes. */
const IDLE = "SET LOCAL idle_in_transaction_session_timeout = '10min'";

/**
 * Opens a schema. Its transactions hold the lock of those of collectors.
 *
 * @param isHeld everything is one transaction, which ends with the first call of `transaction`: nothing changes meanwhile.
 */
export function openSchema(
  url: string,
  schema: string,
  isHeld = false,
): Side & { connection: PostgresConnection } {
  const connection = openConnection(url, schema);
  const lock = prepare(connection, 'SELECT pg_advisory_xact_lock(CAST(? AS BIGINT))');
  const begin = () => {
    connection.begin();
    lock.get(lockNumberOf(schema));
  };
  if (isHeld) {
    begin();
    connection.exec(IDLE);
  }
  return {
    engine: 'postgres',
    connection,
    transaction(work) {
      if (!isHeld) begin();
      try {
        const result = work();
        connection.commit();
        return result;
      } catch (error) {
        connection.rollback();
        throw error;
      }
    },
    close() {
      if (connection.isTransaction) connection.rollback();
      connection.close();
    },
  };
}

/** A schema as it was at one moment, while collectors go on. */
export interface SchemaSnapshot extends Side {
  connection: PostgresConnection;
  /** For other connections that are to read the database as it was then. */
  id: string;
}

/** @param id of another snapshot, which has to be open; default: a new one. */
export function openSchemaSnapshot(url: string, schema: string, id?: string): SchemaSnapshot {
  const connection = openConnection(url, schema);
  connection.begin('ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  if (id !== undefined) connection.exec(`SET TRANSACTION SNAPSHOT '${id}'`);
  connection.exec(IDLE);
  const exported = prepare<{ id: string }>(connection, 'SELECT pg_export_snapshot() AS id').get();
  return {
    engine: 'postgres',
    connection,
    id: exported?.id ?? '',
    transaction: () => {
      throw new Error('a snapshot is not written');
    },
    close() {
      connection.rollback();
      connection.close();
    },
  };
}

/** @throws {DataDirUnusable} when there is no log, or one of another version. */
export function openLogSnapshot(url: string, schema: string): LogSide & SchemaSnapshot {
  const snapshot = openSchemaSnapshot(url, schema);
  const { connection } = snapshot;
  const version = hasTable(connection, schema, 'log_state')
    ? prepare<{ version: number }>(connection, 'SELECT schema_version AS version FROM log_state').get()
        ?.version
    : undefined;
  if (version === VERSION) return { ...asLog(nameOf(url), schema, snapshot), ...snapshot };
  snapshot.close();
  throw new DataDirUnusable(
    version === undefined
      ? `${nameOf(url)} holds no log. Correct DATABASE_URL.`
      : `${nameOf(url)} has tables of version ${version}; this program backs up version ${VERSION}. Use the version that the collectors have.`,
  );
}

/** @throws {DataDirUnusable} when there is none, it is of another version, or collectors run on it and it is held. */
export function openSourceSchema(url: string, schema: string, isHeld: boolean): LogSide {
  const side = openSchema(url, schema);
  const { connection } = side;
  const place = nameOf(url);
  try {
    if (!hasTable(connection, schema, 'log_state'))
      throw new DataDirUnusable(`${place} holds no log. Correct DATABASE_URL.`);
    prepareDatabase(connection, { url, schema });
  } finally {
    side.close();
  }
  const held = openSchema(url, schema, isHeld);
  const running = isHeld ? runningOn(held) : 0;
  if (running > 0) {
    held.close();
    throw new DataDirUnusable(
      `${place} is in use by ${running} collector${running > 1 ? 's' : ''}. Stop ${running > 1 ? 'them' : 'it'} first; one that was killed counts for 8 s.`,
    );
  }
  return asLog(place, schema, held);
}

const runningOn = ({ connection }: Side) =>
  prepare<{ count: number }>(
    connection,
    'SELECT count(*) AS count FROM collectors WHERE until > clock_timestamp()',
  ).get()?.count ?? 0;

/** Makes the tables where there are none. @throws {DataDirUnusable} */
export function openDestinationSchema(url: string, schema: string): LogSide {
  const side = openSchema(url, schema);
  const holds = (name: string, table: string) => hasTable(side.connection, name, table);
  try {
    if (!holds(schema, 'log_state') && OF_A_LOG.some(([suffix, table]) => holds(schema + suffix, table)))
      throw new DataDirUnusable(describeFull(nameOf(url)));
    prepareDatabase(side.connection, { url, schema });
  } catch (error) {
    side.close();
    throw error;
  }
  return asLog(nameOf(url), schema, side);
}

/** Of another log, which this one would be taken for: what the names of its other schemas end with, and a table there. */
const OF_A_LOG = [
  ['_analytics', 'settings'],
  ['_search', 'index_state'],
] as const;

function asLog(place: string, schema: string, side: Side): LogSide {
  const { connection } = side;
  /** Their numbers come from a sequence, but for those of events. */
  const numbered = () =>
    prepare<{ name: string; key: string }>(
      connection,
      `SELECT table_name AS name, column_name AS key FROM information_schema.columns
       WHERE table_schema = ? AND is_identity = 'YES'`,
    ).all(schema);
  const sequence = 'CAST(pg_get_serial_sequence(?1, ?2) AS regclass)';
  return {
    ...side,
    place,
    counters() {
      const last = prepare<{ last: string | null }>(
        connection,
        `SELECT CAST(pg_sequence_last_value(${sequence}) AS TEXT) AS last`,
      );
      const events = prepare<{ seq: string }>(
        connection,
        'SELECT CAST(seq AS TEXT) AS seq FROM log_state',
      ).get();
      const found = numbered().map(({ name, key }) => [name, last.get(name, key)?.last ?? '0'] as const);
      return new Map([...found, ['events', events?.seq ?? '0']]);
    },
    setCounters(counters) {
      for (const { name, key } of numbered())
        connection
          .prepare(
            `SELECT setval(${sequence}, last) FROM
               (SELECT greatest(CAST(?3 AS BIGINT), max("${key}")) AS last FROM "${name}") AS known WHERE last > 0`,
          )
          .get(name, key, counters.get(name) ?? '0');
      prepare(connection, 'UPDATE log_state SET seq = CAST(? AS BIGINT), version = version + 1').run(
        counters.get('events') ?? '0',
      );
    },
    finish() {},
  };
}
