import type { Clock } from '../lib/clock.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import { type LogOptions, openLog } from './open.ts';
import type { LogWatch, Store } from './store.ts';

interface StoreOptions extends Pick<LogOptions, 'consumers' | 'shops'> {
  watch: LogWatch;
  config: Pick<LogOptions, 'dataDir' | 'retentionMs' | 'historyMs'>;
  clock: Clock;
}

/**
 * Opens the store of a data directory; shutdown closes it.
 *
 * @throws {DataDirUnusable} with what the operator has to change.
 */
export async function openStores(
  { clock, config: { dataDir, retentionMs, historyMs }, ...options }: StoreOptions,
  shutdown: Shutdown,
): Promise<Store> {
  const log = await openLog({
    ...options,
    dataDir,
    retentionMs,
    ...(historyMs !== undefined && { historyMs }),
    clock: clock.now,
    ...(clock.steady && { steady: clock.steady }),
  });
  shutdown.onShutdown(() => log.close());
  return log;
}
