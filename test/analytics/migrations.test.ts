// @module-tag slow
import { readFileSync } from 'node:fs';
import { type Dialect, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { describe, expect, test } from 'vitest';
import { type AnalyticsDatabase, openAnalyticsDatabase } from '../../server/analytics/store/database.ts';
import { sqliteDialect } from '../../server/analytics/store/dialect.ts';
import { type Engine, migrations } from '../../server/analytics/store/migrations.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { openDatabase } from '../../server/store/sqlite/database.ts';
import { postgresDialect } from '../support/analytics-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const SHOPS = { shops: { shop: { currency: 'TWD', attributionMs: 86_400_000 } } };

type Row = Record<string, unknown>;
const ROWS: Record<string, Row | Row[]> = JSON.parse(
  readFileSync(new URL('first-version.json', import.meta.url), 'utf8'),
);
/** Objects are stored as JSON. */
const stored = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );

/** Tables and rows as the first version wrote them: an order refunded twice that is not attributed yet, its frozen event, a setting. */
async function writeFirstVersion(dialect: Dialect, engine: Engine): Promise<void> {
  // biome-ignore lint/suspicious/noExplicitAny: the tables of an older version
  const db = new Kysely<any>({ dialect });
  const first = { '0001-beginning': migrations(engine)['0001-beginning'] as never };
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => first },
  }).migrateToLatest();
  if (error !== undefined) throw error;
  for (const [table, row] of Object.entries(ROWS))
    await db.insertInto(table).values([row].flat().map(stored)).execute();
}

async function expectEverything(store: AnalyticsDatabase): Promise<void> {
  await store.transaction(async (methods) => {
    expect(await methods.dirtyTargets('shop')).toEqual(['marketing:MA_0', 'marketing:MA_1']);
    expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([
      { orders: 1, amountHundredths: 10_500, refundedHundredths: 2_000 },
    ]);
    expect((await methods.exportPerson('shop', ['u:7'])).things).toMatchObject([{ thing: 'order:7001' }]);
    expect(await methods.readSetting('token:shop')).toBe('sealed token');
  });
}

describe('a database of the first version opens with everything in it, once and again', () => {
  test('sqlite', async () => {
    const directory = tempDir();
    const file = openDatabase({ dataDir: directory, name: 'statistics', schema: 'SELECT 1', version: 1 });
    await writeFirstVersion(sqliteDialect(file.connection), 'sqlite');
    file.close();
    for (const _ of ['migrated', 'opened again']) {
      const store = await openSqliteAnalytics(directory, SHOPS);
      await expectEverything(store);
      await store.close();
    }
  });

  test('sqlite, when the first attempt ended before it was recorded', async () => {
    const directory = tempDir();
    const file = openDatabase({ dataDir: directory, name: 'statistics', schema: 'SELECT 1', version: 1 });
    await writeFirstVersion(sqliteDialect(file.connection), 'sqlite');
    await (await openAnalyticsDatabase(sqliteDialect(file.connection), 'sqlite', SHOPS)).close();
    file.connection.exec("DELETE FROM kysely_migration WHERE name > '0001-beginning'");
    file.close();
    const store = await openSqliteAnalytics(directory, SHOPS);
    await expectEverything(store);
    await store.close();
  });

  test('postgres', async () => {
    const { PGlite } = await import('@electric-sql/pglite');
    const postgres = await PGlite.create();
    await writeFirstVersion(postgresDialect(postgres), 'postgres');
    for (const _ of ['migrated', 'opened again']) {
      const store = await openAnalyticsDatabase(postgresDialect(postgres), 'postgres', SHOPS);
      await expectEverything(store);
      await store.close();
    }
    await postgres.close();
  });
});
