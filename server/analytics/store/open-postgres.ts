import { PostgresError } from '../../store/errors.ts';
import { toUnusable } from '../../store/postgres/problem-of.ts';
import { type AnalyticsDatabase, openAnalyticsDatabase } from './database.ts';
import type { MethodParts } from './methods.ts';
import { openPool, postgresDialect } from './postgres-dialect.ts';

export interface PostgresPlace {
  databaseUrl: string;
  /** Of the statistics; default `storebeacon_analytics`. */
  schema?: string;
}

export const SCHEMA = 'storebeacon_analytics';
/** How often a transaction is tried that PostgreSQL rolled back for the sake of another one. */
const TRIES = 5;

/**
 * Opens the statistics in a schema of their own, beside the event log. Transactions of all collectors run one after the
 * other, as on SQLite.
 *
 * @throws {DataDirUnusable}
 */
export async function openPostgresAnalytics(
  { databaseUrl, schema = SCHEMA }: PostgresPlace,
  parts: Omit<MethodParts, 'pepper'>,
): Promise<AnalyticsDatabase> {
  const pool = openPool(databaseUrl);
  try {
    const { transaction, close } = await openAnalyticsDatabase(
      postgresDialect(pool, schema),
      'postgres',
      parts,
      schema,
    );
    return {
      async transaction(work) {
        for (let tries = 1; ; tries++)
          try {
            return await transaction(work);
          } catch (error) {
            if (tries === TRIES || !isRolledBack(error)) throw error;
          }
      },
      close,
    };
  } catch (error) {
    await pool.end();
    throw toUnusable(databaseUrl, error);
  }
}

/** A deadlock, or a serialization failure. */
const isRolledBack = (error: unknown) => error instanceof PostgresError && error.code?.startsWith('40');
