import { hash } from 'node:crypto';
import { PostgresError, storageFault } from '../errors.ts';
import { prepare } from '../sqlite/prepare.ts';
import { checkProgress } from '../sqlite/search/progress.ts';
import { SCHEMA } from '../sqlite/search/schema.ts';
import type { IndexTables, OpenIndex } from '../sqlite/search/tables.ts';
import { openConnection, type PostgresConnection } from './connection.ts';
import { hasTable } from './prepare-database.ts';
import { toUnusable } from './problem-of.ts';
import { FUNCTIONS, toTables } from './schema.ts';

export interface PostgresIndexOptions {
  url: string;
  /** Of the log. The index is in one of its own beside it. */
  schema: string;
  /** What there is of it is removed first. */
  isRemoved?: boolean;
}

/** made_by: digest of this SQL. version: of the newest transaction that wrote. */
const TABLES = `${FUNCTIONS}${toTables(SCHEMA)}
  CREATE TABLE index_state (made_by text NOT NULL, version bigint NOT NULL);
`;
const MADE_BY = hash('sha256', TABLES).slice(0, 16);

/**
 * Opens the index beside the log's tables, which it never writes. One that other SQL made, or that is of another log, is
 * removed and built anew: nothing is in it that the log has not.
 *
 * @throws {DataDirUnusable} when the database cannot be used.
 */
export function openPostgresIndex({ url, schema, isRemoved = false }: PostgresIndexOptions): OpenIndex {
  const own = `${schema}_search`;
  const connection = openConnection(url, own, schema);
  try {
    connection.begin();
    const reason = prepareIndex(connection, own, isRemoved);
    connection.commit();
    return { tables: toIndexTables(connection), ...(reason !== undefined && { rebuilt: reason }) };
  } catch (error) {
    connection.rollback();
    connection.close();
    throw toUnusable(url, error);
  }
}

/** Returns why the index begins anew; undefined: it continues. */
function prepareIndex(connection: PostgresConnection, own: string, isRemoved: boolean): string | undefined {
  // Two collectors that start at once: one makes the tables.
  prepare(connection, 'SELECT pg_advisory_xact_lock(7306)').get();
  const reason = isRemoved ? 'there was none' : reasonToBegin(connection, own);
  if (reason === undefined) return undefined;
  connection.exec(`DROP SCHEMA IF EXISTS ${own} CASCADE; CREATE SCHEMA ${own}; ${TABLES}`);
  // Whoever knows numbers of the index before takes this for a write of another process.
  prepare(connection, 'INSERT INTO index_state (made_by, version) VALUES (?, ?)').run(MADE_BY, Date.now());
  checkProgress({ connection }, 0);
  return reason;
}

function reasonToBegin(connection: PostgresConnection, own: string): string | undefined {
  if (!hasTable(connection, own, 'index_state')) return 'there was none';
  const state = prepare<{ madeBy: string }>(connection, 'SELECT made_by AS madeBy FROM index_state').get();
  if (state?.madeBy !== MADE_BY) return 'it has other tables';
  const last = prepare<{ seq: number }>(connection, 'SELECT seq FROM store.log_state').get();
  const found = checkProgress({ connection }, last?.seq ?? 0);
  return found === 'continues' || found === 'new' ? undefined : found;
}

/** A table or column that is not there. @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
const IS_LOST = ['42P01', '42703', '3F000'];

function toIndexTables(connection: PostgresConnection): IndexTables {
  const lock = prepare(connection, 'LOCK TABLE index_state IN EXCLUSIVE MODE');
  const state = prepare<{ version: number }>(connection, 'SELECT version FROM index_state');
  const setVersion = prepare(connection, 'UPDATE index_state SET version = ?');
  const listeners: (() => void)[] = [];
  /** What this process knows of the index was last true at this version; -1: the outcome of a transaction is not known. */
  let known = -1;

  function run<T>(mode: string, work: () => T, isWrite: boolean): T {
    connection.begin(mode);
    try {
      // The snapshot is taken by the first statement that reads: whatever was written under the lock before is in it.
      if (isWrite) lock.run();
      const version = state.get()?.version ?? 0;
      if (version !== known) for (const forget of listeners) forget();
      known = -1;
      const result = work();
      const next = connection.hasWritten ? version + 1 : version;
      if (next > version) setVersion.run(next);
      connection.commit();
      known = next;
      return result;
    } catch (error) {
      connection.rollback();
      known = -1;
      throw error;
    }
  }

  return {
    connection,
    transaction: (work) => run('ISOLATION LEVEL REPEATABLE READ', work, true),
    snapshot: (read) => run('ISOLATION LEVEL REPEATABLE READ READ ONLY', read, false),
    onForeignWrite: (forget) => void listeners.push(forget),
    isDamage: (error) =>
      error instanceof PostgresError &&
      (storageFault(error) === 'corrupt' || IS_LOST.includes(error.code ?? '')),
    *forget() {},
    *shrink() {},
    close: connection.close,
  };
}
