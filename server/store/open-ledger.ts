import type { Ledger } from './ledger.ts';
import type { LedgerMethods } from './sqlite/ledger-worker.ts';
import { startThread } from './thread/start.ts';

export interface LedgerOptions {
  /** Created when absent, readable by its owner alone. */
  dataDir: string;
  /** Epoch ms; default the system's. */
  clock?: () => number;
}

/**
 * Opens the ledger on `state.db`, with a file and a thread of its own.
 *
 * @throws {DataDirUnusable} in use by another process, not writable, or damaged; the message states how to repair it.
 */
export async function openLedger({ dataDir, clock = Date.now }: LedgerOptions): Promise<Ledger> {
  const worker = new URL('./sqlite/ledger-worker.ts', import.meta.url);
  const { call, close } = await startThread<LedgerMethods>(worker, { dataDir });
  return {
    reserve: (consumer, keys) => call.reserve(consumer, keys, clock()),
    confirm: (consumer, entries) => call.confirm(consumer, entries, clock()),
    release: call.release,
    find: (consumer, keys) => call.find(consumer, keys, clock()),
    close,
  };
}
