import { type Insertable, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { sqliteDialect } from '../../server/analytics/store/dialect.ts';
import { migrations } from '../../server/analytics/store/migrations.ts';
import type { Tables } from '../../server/analytics/store/tables.ts';
import { openDatabase } from '../../server/store/sqlite/database.ts';

/** Columns that the version before voices did not have. */
type FormerRow<Table extends keyof Tables> = Omit<Insertable<Tables[Table]>, 'claimed' | 'proven'>;
export type FormerRows = { [Table in keyof Tables]?: FormerRow<Table>[] };

/** Writes `statistics.db` as the version before voices left it, with these rows. */
export async function writeFormerStatistics(dataDir: string, rows: FormerRows): Promise<void> {
  const file = openDatabase({ dataDir, name: 'statistics', schema: 'SELECT 1', version: 1 });
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file.connection) });
  const former = Object.fromEntries(Object.entries(migrations('sqlite')).filter(([name]) => name < '0003'));
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => former },
  }).migrateToLatest();
  if (error !== undefined) throw error;
  for (const [table, some] of Object.entries(rows))
    await db
      .insertInto(table as keyof Tables)
      .values(some as never)
      .execute();
  file.close();
}
