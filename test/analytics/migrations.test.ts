// @module-tag slow
import { describe, test } from 'vitest';
import { openAnalyticsDatabase } from '../../server/analytics/store/database.ts';
import { sqliteDialect } from '../../server/analytics/store/dialect.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { openDatabase } from '../../server/store/sqlite/database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { expectEverything, SHOPS, writeFirstVersion } from './first-version.ts';

describe('a database of the first version opens with everything in it, once and again', () => {
  test('sqlite', async () => {
    const directory = tempDir();
    const file = openDatabase({
      dataDir: directory,
      name: 'statistics',
      schema: 'SELECT 1',
      version: 1,
    });
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
    const file = openDatabase({
      dataDir: directory,
      name: 'statistics',
      schema: 'SELECT 1',
      version: 1,
    });
    await writeFirstVersion(sqliteDialect(file.connection), 'sqlite');
    await (await openAnalyticsDatabase(sqliteDialect(file.connection), 'sqlite', SHOPS)).close();
    file.connection.exec("DELETE FROM kysely_migration WHERE name > '0001-beginning'");
    file.close();
    const store = await openSqliteAnalytics(directory, SHOPS);
    await expectEverything(store);
    await store.close();
  });
});
