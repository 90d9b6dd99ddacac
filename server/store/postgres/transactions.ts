import { hash } from 'node:crypto';
import { PostgresError } from '../errors.ts';
import { describeMark, MARK_NAME } from '../migration-mark.ts';
import { prepare } from '../sqlite/prepare.ts';
import { VERSION } from '../sqlite/schema.ts';
import type { PostgresConnection } from './connection.ts';

/**
 * Transactions of all collectors, one after the other: each holds a lock of the log from before its first number is
 * assigned until it has committed. So events are numbered in the order of commits, and a consumer's cursor passes none;
 * nothing deadlocks; and what one collector has in memory counts until another has written, which the version shows.
 * @see https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS
 */
export function createTransactions(connection: PostgresConnection, schema: string) {
  const lock = prepare(connection, 'SELECT pg_advisory_xact_lock(CAST(? AS BIGINT))');
  const state = prepare<{ version: number; seq: number; schemaVersion: number; migration: string | null }>(
    connection,
    `SELECT version, seq, schema_version AS schemaVersion,
       (SELECT value FROM facts WHERE name = '${MARK_NAME}') AS migration
     FROM log_state`,
  );
  const setState = prepare(connection, 'UPDATE log_state SET version = ?, seq = ?');
  const lockNumber = lockNumberOf(schema);
  /** After the last transaction of this process that is known to have committed. */
  let known = -1;
  let version = 0;
  let seq = 0;

  return {
    /** Of the transaction that is running. */
    version: () => version + 1,
    assignedSeq: () => seq,
    nextSeq: () => ++seq,
    transaction<T>(work: (isForeign: boolean) => T): T {
      connection.begin();
      try {
        lock.run(lockNumber);
        const found = state.get();
        if (!found) throw new Error('the table log_state is empty');
        if (found.schemaVersion !== VERSION) throw new PostgresError(migrated(found.schemaVersion));
        // A collector that stood still meanwhile finds it, too.
        if (found.migration !== null) throw new PostgresError(describeMark(JSON.parse(found.migration)));
        ({ version, seq } = found);
        const isForeign = version !== known;
        const result = work(isForeign);
        const { hasWritten } = connection;
        if (hasWritten) setState.run(version + 1, seq);
        connection.commit();
        known = hasWritten ? version + 1 : version;
        return result;
      } catch (error) {
        connection.rollback();
        throw error;
      }
    },
  };
}
/** This program knows nothing of what other tables mean: nothing is stored until one that does has taken its place. */
const migrated = (schemaVersion: number) =>
  `another program version has migrated the tables to schema version ${schemaVersion}; this one supports version ${VERSION}. Start that version here too.`;

export type Transactions = ReturnType<typeof createTransactions>;

/** Two logs of one database have locks of their own. */
export const lockNumberOf = (schema: string): bigint =>
  Buffer.from(hash('sha256', `storebeacon\0${schema}`, 'buffer')).readBigInt64BE();
