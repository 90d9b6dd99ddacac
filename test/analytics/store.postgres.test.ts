// @module-tag slow
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openPostgresAnalytics } from '../../server/analytics/store/open-postgres.ts';
import { openPool, postgresDialect } from '../../server/analytics/store/postgres-dialect.ts';
import { ownSchema } from '../support/postgres-for-tests.ts';
import { expectEverything, SHOPS, writeFirstVersion } from './first-version.ts';
import { DAY, describeAnalytics, NONE, NOW, visit } from './suite.ts';

describeAnalytics('on PostgreSQL', (parts) => openPostgresAnalytics(ownSchema(), parts));

const shops = { shop: { currency: 'TWD', attributionMs: 7 * DAY } };
async function openOn(place: ReturnType<typeof ownSchema>) {
  const store = await openPostgresAnalytics(place, { shops });
  onTestFinished(() => store.close());
  return store;
}
async function clientOf({ databaseUrl, schema }: ReturnType<typeof ownSchema>) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`SET search_path = ${schema}`);
  return client;
}

test('a schema of the first version opens with everything in it, once and again', async () => {
  const place = ownSchema();
  await writeFirstVersion(
    postgresDialect(openPool(place.databaseUrl), place.schema),
    'postgres',
    place.schema,
  );
  for (const _ of ['migrated', 'opened again']) await expectEverything(await openOn(place));
});

test('statistics of a newer version are refused', async () => {
  const place = ownSchema();
  await openOn(place);
  const client = await clientOf(place);
  await client.query("INSERT INTO kysely_migration VALUES ('9999-to-come', '2030-01-01')");
  await expect(openPostgresAnalytics(place, SHOPS)).rejects.toThrow(/newer version/);
});

test('two collectors that open the statistics at once and count the same at once count it once', async () => {
  const place = ownSchema();
  const stores = await Promise.all([openOn(place), openOn(place)]);
  const visits = (round: number) =>
    Array.from({ length: 20 }, (_, at) => visit(`v${round}-${at}`, `a:${at}`));
  for (let round = 0; round < 10; round++)
    await Promise.all(
      stores.map((store) =>
        store.transaction(async (methods) => {
          await methods.apply('shop', { ...NONE, visits: visits(round) }, []);
          const count = Number((await methods.readSetting('count')) ?? 0);
          await methods.writeSetting('count', String(count + 1));
        }),
      ),
    );
  for (const store of stores)
    await store.transaction(async (methods) => {
      expect(await methods.readSetting('count'), 'no write is lost').toBe('20');
      expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([
        { landings: 200, visitors: 20 },
      ]);
    });
});

test('a transaction that PostgreSQL ends for the sake of another one is repeated', async () => {
  const place = ownSchema();
  const store = await openOn(place);
  await store.transaction((methods) => methods.writeSetting('a', 'before'));
  const other = await clientOf(place);
  // It looks for a deadlock later than the store, which is the one that is ended.
  await other.query("SET deadlock_timeout = '30s'");
  await other.query('BEGIN');
  await other.query("UPDATE settings SET sealed = 'other' WHERE name = 'a'");
  let tries = 0;
  let freed: Promise<unknown> | undefined;
  await store.transaction(async (methods) => {
    tries++;
    await methods.writeSetting('b', String(NOW));
    // Each waits for the other from here on.
    freed ??= other.query("INSERT INTO settings VALUES ('b', 'other')").then(() => other.query('COMMIT'));
    await methods.writeSetting('a', 'after');
  });
  await freed;
  expect(tries).toBe(2);
  expect(await store.transaction((methods) => methods.readSetting('a'))).toBe('after');
});
