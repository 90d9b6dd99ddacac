import { setTimeout } from 'node:timers/promises';
import { emptyWal, startCheckpoints } from '../../store/sqlite/checkpoints.ts';
import { openDatabase, toUnusable } from '../../store/sqlite/database.ts';
import { type AnalyticsDatabase, openAnalyticsDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { MethodParts } from './methods.ts';

/** What is only migrations' to change; a file of another layout is refused. */
const VERSION = 1;

/** State on `statistics.db` in a data directory. @throws {DataDirUnusable} */
export async function openSqliteAnalytics(
  dataDir: string,
  parts: Omit<MethodParts, 'pepper'>,
): Promise<AnalyticsDatabase> {
  const database = openDatabase({ dataDir, name: 'statistics', schema: 'SELECT 1', version: VERSION });
  try {
    const store = await openAnalyticsDatabase(sqliteDialect(database.connection), 'sqlite', parts);
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
        if (isForgetting) for (const _ of emptyWal(database.connection)) await setTimeout(LOOK_AGAIN_MS);
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

const LOOK_AGAIN_MS = 5;
