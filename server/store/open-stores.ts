import type { Clock } from '../lib/clock.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import type { EventLog, LogWatch } from './event-log.ts';
import type { Ledger } from './ledger.ts';
import { type LogOptions, openLog } from './open.ts';
import { openLedger } from './open-ledger.ts';

interface StoreOptions extends Pick<LogOptions, 'consumers' | 'shops'> {
  watch: LogWatch;
  config: Pick<LogOptions, 'dataDir' | 'retentionMs'>;
  clock: Clock;
}

/**
 * Opens the event log and the ledger of a data directory; shutdown closes them.
 *
 * @throws {DataDirUnusable} with what the operator has to change.
 */
export async function openStores(
  { clock, config: { dataDir, retentionMs }, ...options }: StoreOptions,
  shutdown: Shutdown,
): Promise<{ log: EventLog; ledger: Ledger }> {
  const log = await openLog({
    ...options,
    dataDir,
    retentionMs,
    clock: clock.now,
    ...(clock.steady && { steady: clock.steady }),
  });
  shutdown.onShutdown(() => log.close());
  const ledger = await openLedger({ dataDir, clock: clock.now });
  shutdown.onShutdown(() => ledger.close());
  return { log, ledger };
}
