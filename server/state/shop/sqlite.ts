import { openDatabase, toUnusable } from '../../storage/database.ts';
import { sqliteDialect } from '../sqlite/dialect.ts';
import type { MethodParts } from './methods.ts';
import { openShopStore, type ShopStore } from './open.ts';

/** What is only migrations' to change; a file of another layout is refused. */
const VERSION = 1;

/** State on `statistics.db` in a data directory. @throws {DataDirUnusable} */
export async function openSqliteStore(
  dataDir: string,
  parts: Omit<MethodParts, 'pepper'>,
): Promise<ShopStore> {
  const database = openDatabase({ dataDir, name: 'statistics', schema: 'SELECT 1', version: VERSION });
  try {
    const store = await openShopStore(sqliteDialect(database.connection), 'sqlite', parts);
    return {
      async transaction(work) {
        let isForgetting = false;
        const noting =
          <Args extends unknown[], Result>(forget: (...args: Args) => Result) =>
          (...args: Args) => {
            isForgetting = true;
            return forget(...args);
          };
        const result = await store.transaction((methods) =>
          work({ ...methods, erase: noting(methods.erase), purge: noting(methods.purge) }),
        );
        // What was deleted is still readable in the write-ahead log until it is copied over and cut.
        if (isForgetting) database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        return result;
      },
      async close() {
        await store.close();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw toUnusable(database.path, error);
  }
}
