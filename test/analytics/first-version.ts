import { readFileSync } from 'node:fs';
import { type Dialect, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect } from 'vitest';
import type { AnalyticsDatabase } from '../../server/analytics/store/database.ts';
import { type Engine, migrations } from '../../server/analytics/store/migrations.ts';

export const SHOPS = {
  shops: { shop: { currency: 'TWD', attributionMs: 86_400_000 } },
};

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
export async function writeFirstVersion(dialect: Dialect, engine: Engine, schema?: string): Promise<void> {
  // biome-ignore lint/suspicious/noExplicitAny: the tables of an older version
  const db = new Kysely<any>({ dialect });
  const first = {
    '0001-beginning': migrations(engine)['0001-beginning'] as never,
  };
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => first },
    ...(schema !== undefined && { migrationTableSchema: schema }),
  }).migrateToLatest();
  if (error !== undefined) throw error;
  await db.transaction().execute(async (transaction) => {
    for (const [table, row] of Object.entries(ROWS))
      await transaction.insertInto(table).values([row].flat().map(stored)).execute();
  });
}

export async function expectEverything(store: AnalyticsDatabase): Promise<void> {
  await store.transaction(async (methods) => {
    expect(await methods.dirtyTargets('shop')).toEqual(['marketing:MA_0', 'marketing:MA_1']);
    expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([
      { orders: 1, amountHundredths: 10_500, refundedHundredths: 2_000 },
    ]);
    expect((await methods.exportPerson('shop', ['u:7'])).things).toMatchObject([{ thing: 'order:7001' }]);
    expect(await methods.readSetting('token:shop')).toBe('sealed token');
  });
}
