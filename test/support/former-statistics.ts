import { type Insertable, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { sqliteDialect } from '../../server/analytics/store/dialect.ts';
import { migrations } from '../../server/analytics/store/migrations.ts';
import type { Tables } from '../../server/analytics/store/tables.ts';
import { openDatabase } from '../../server/store/sqlite/database.ts';

/** Columns that the version before voices did not have. */
type FormerRow<Table extends keyof Tables> = Omit<Insertable<Tables[Table]>, 'claimed' | 'proven'>;
export type FormerRows = { [Table in keyof Tables]?: FormerRow<Table>[] };

/** What the tables and columns of the first version were called. */
const FIRST_NAMES: Readonly<Record<string, string>> = {
  targets: 'changed',
  canonical_id: 'root',
  needs_attribution: 'stale',
  credit_frozen: 'credit_fixed',
};
const firstName = (name: string) => FIRST_NAMES[name] ?? name;

/**
 * Writes `statistics.db` as an earlier version left it, with these rows.
 *
 * @param version the number of its last migration: 2 before voices, 1 before tables and columns were renamed.
 */
export async function writeFormerStatistics(
  dataDir: string,
  rows: FormerRows,
  version: 1 | 2 = 2,
): Promise<void> {
  const file = openDatabase({ dataDir, name: 'statistics', schema: 'SELECT 1', version: 1 });
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file.connection) });
  const former = Object.fromEntries(
    Object.entries(migrations('sqlite')).filter(([name]) => name < `000${version + 1}`),
  );
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => former },
  }).migrateToLatest();
  if (error !== undefined) throw error;
  const named = version === 1 ? firstName : (name: string) => name;
  for (const [table, some] of Object.entries(rows))
    await db
      .insertInto(named(table) as keyof Tables)
      .values(
        some.map((row) =>
          Object.fromEntries(Object.entries(row).map(([column, value]) => [named(column), value])),
        ) as never,
      )
      .execute();
  file.close();
}
