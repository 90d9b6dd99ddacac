import type { Ledger } from './ledger.ts';
import type { StateMethods } from './sqlite/ledger-worker.ts';
import { startThread } from './thread/start.ts';

export interface StateOptions {
  /** Made when missing, for its owner alone. */
  dataDir: string;
  /** Epoch ms; default the system's. */
  clock?: () => number;
}

/**
 * Opens the ledger on `state.db`, a file and a thread apart from the event log's.
 *
 * @throws {DataDirUnusable} with what an operator has to mend.
 */
export async function openLedger({ dataDir, clock = Date.now }: StateOptions): Promise<Ledger> {
  const thread = await startThread<StateMethods>(new URL('./sqlite/ledger-worker.ts', import.meta.url), {
    dataDir,
  });
  return {
    reserve: async (consumer, keys) => new Map(await thread.call('note', consumer, keys, clock())),
    confirm: (consumer, entries) => thread.call('settle', consumer, entries, clock()),
    release: (consumer, keys) => thread.call('forget', consumer, keys),
    find: async (consumer, keys) => new Map(await thread.call('find', consumer, keys, clock())),
    close: thread.close,
  };
}
