import pg from 'pg';

/** `bigint`, `numeric` and `boolean` as SQLite gives them: numbers. */
export const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.NUMERIC, Number);
types.setTypeParser(pg.types.builtins.BOOL, (value: string) => Number(value === 't'));

/** How every connection to this URL is opened. `sslmode` means what it means to libpq. */
export function clientOptions(url: string) {
  const { href, searchParams } = new URL(url);
  const separator = searchParams.size > 0 ? '&' : '?';
  return {
    connectionString: `${href}${separator}uselibpqcompat=true`,
    application_name: 'storebeacon',
    keepAlive: true,
    connectionTimeoutMillis: 3_000,
  };
}

/**
 * Whether what is prepared on this connection is known to its next transaction. A pool gives each to another process of the
 * server.
 */
export async function keepsStatements(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // The process that the connection was announced with: a pool invents one.
  return rows[0]?.pid === (client as pg.ClientBase & { processID: number }).processID;
}

/** An answer that takes longer is not waited for: the connection is given up, and the transaction with it. */
export const ANSWER_MS = 20_000;

/**
 * A lock that is not given, or a transaction that stands still because its process does, ends by itself: the next process
 * goes on.
 * @see https://www.postgresql.org/docs/18/runtime-config-client.html
 */
const LIMITS: Readonly<Record<string, string>> = {
  lock_timeout: '8s',
  statement_timeout: '15s',
  // Shorter than a collector counts as running: others say so again before they count as ended.
  idle_in_transaction_session_timeout: '4s',
};

/**
 * A statement is planned once and kept, also while its tables are still empty: it uses their indexes from the beginning.
 * @see https://www.postgresql.org/docs/18/sql-prepare.html#SQL-PREPARE-NOTES
 */
const PLANS: Readonly<Record<string, string>> = { enable_seqscan: 'off', jit: 'off' };

/**
 * The first statements of a transaction. They set for this one alone, as PgBouncer gives each to whichever connection is free,
 * and read nothing: a lock that follows is older than the transaction's snapshot.
 */
export const transactionSettings = (schema: string): string => setAll('SET LOCAL', schema);
/** The same once for all transactions of a connection that is the server's own. */
export const sessionSettings = (schema: string): string => setAll('SET', schema);

const setAll = (set: string, schema: string): string =>
  Object.entries({ ...LIMITS, ...PLANS, search_path: schema })
    .map(([name, value]) => `${set} ${name} = '${value}'`)
    .join('; ');
