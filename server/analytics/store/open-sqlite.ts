import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { emptyWal, startCheckpoints } from '../../store/sqlite/checkpoints.ts';
import { openDatabase, toUnusable } from '../../store/sqlite/database.ts';
import { type AnalyticsDatabase, openAnalyticsDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { MethodParts } from './methods.ts';
import { writeSizes } from './sqlite-sizes.ts';

/** Of the file's own layout; tables within it change by migrations. Another version is refused. */
export const VERSION = 1;

/** Between two attempts to empty the write-ahead log. */
const RETRY_MS = 5;

/**
 * Opens `analytics.db` in a data directory. After an erasure and a retention the write-ahead log is emptied, so that
 * deleted ids are in no file any more when the call resolves.
 *
 * @throws {DataDirUnusable}
 */
export async function openSqliteAnalytics(
  dataDir: string,
  parts: Omit<MethodParts, 'pepper'>,
): Promise<AnalyticsDatabase> {
  renameFormerFile(dataDir);
  const database = openDatabase({ dataDir, name: 'analytics', schema: 'SELECT 1', version: VERSION });
  try {
    const store = await openAnalyticsDatabase(sqliteDialect(database.connection), 'sqlite', parts);
    writeSizes(database.connection);
    const stopCheckpoints = startCheckpoints(database.connection);
    return {
      async transaction(work) {
        let hasDeleted = false;
        const tracked =
          <Args extends unknown[], Result>(remove: (...args: Args) => Result) =>
          (...args: Args) => {
            hasDeleted = true;
            return remove(...args);
          };
        const result = await store.transaction((methods) =>
          work({
            ...methods,
            erase: tracked(methods.erase),
            purge: tracked(methods.purge),
            retain: tracked(methods.retain),
          }),
        );
        if (hasDeleted) for (const _ of emptyWal(database.connection)) await setTimeout(RETRY_MS);
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

/**
 * Earlier versions called the file `statistics.db`. Its write-ahead log goes with it, and the database comes last: cut
 * short, the rest is renamed at the next start.
 */
function renameFormerFile(dataDir: string): void {
  if (existsSync(join(dataDir, 'analytics.db'))) return;
  if (!existsSync(join(dataDir, 'statistics.db'))) return;
  for (const suffix of ['-shm', '-wal', ''])
    if (existsSync(join(dataDir, `statistics.db${suffix}`)))
      renameSync(join(dataDir, `statistics.db${suffix}`), join(dataDir, `analytics.db${suffix}`));
}
