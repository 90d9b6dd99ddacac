import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { startCheckpoints } from '../../storage/checkpoints.ts';
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
    const stopCheckpoints = startCheckpoints(database.connection);
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
        if (isForgetting) await emptyWal(database.connection);
        return result;
      },
      async close() {
        await store.close();
        await stopCheckpoints();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw toUnusable(database.path, error);
  }
}

/** How long to insist while the other thread copies pages, or an operator's tool is reading. */
const PATIENCE_MS = 2000;
const LOOK_AGAIN_MS = 5;

/** What was deleted is still readable in the write-ahead log until it is copied over and cut. */
async function emptyWal(connection: DatabaseSync): Promise<void> {
  const cut = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  const deadline = performance.now() + PATIENCE_MS;
  while (cut.get()?.busy !== 0 && performance.now() < deadline) await setTimeout(LOOK_AGAIN_MS);
}
