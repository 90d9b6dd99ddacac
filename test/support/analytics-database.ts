import type { PGlite as Postgres } from '@electric-sql/pglite';
import { type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { type AnalyticsDatabase, openAnalyticsDatabase } from '../../server/analytics/store/database.ts';
import type { MethodParts } from '../../server/analytics/store/methods.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';

type Parts = Omit<MethodParts, 'pepper'>;

/** A real PostgreSQL in this process, with one connection. */
export function postgresDialect(postgres: Postgres): Dialect {
  const connection = {
    async executeQuery<Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      const { rows, affectedRows } = await postgres.query<Row>(sql, [...parameters]);
      return { rows, numAffectedRows: BigInt(affectedRows ?? 0) };
    },
    // biome-ignore lint/correctness/useYield: nothing here streams
    async *streamQuery(): AsyncGenerator<never> {
      throw new Error('not needed here');
    },
  };
  const execute = (text: string) => async () => void (await postgres.query(text));
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: execute('begin'),
      commitTransaction: execute('commit'),
      rollbackTransaction: execute('rollback'),
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
  };
}

/** State on each engine there is, in a place of its own. */
export const ENGINES = {
  sqlite: (parts: Parts, dataDir: string): Promise<AnalyticsDatabase> => openSqliteAnalytics(dataDir, parts),
  async postgres(parts: Parts): Promise<AnalyticsDatabase> {
    const { PGlite } = await import('@electric-sql/pglite');
    const postgres = await PGlite.create();
    const store = await openAnalyticsDatabase(postgresDialect(postgres), 'postgres', parts);
    return {
      transaction: store.transaction,
      async close() {
        await store.close();
        await postgres.close();
      },
    };
  },
};
