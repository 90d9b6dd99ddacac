import { hash } from 'node:crypto';
import { prepare } from '../prepare.ts';
import type { IndexTables } from './tables.ts';

/**
 * Whether the index is one of this log, as it is now. Writes where a new one begins.
 *
 * @param lastSeq the number of the newest event that was ever stored.
 * @returns otherwise why it is none.
 */
export function checkProgress(
  { connection }: Pick<IndexTables, 'connection'>,
  lastSeq: number,
): 'continues' | 'new' | string {
  const key = prepare<{ value: string }>(
    connection,
    "SELECT value FROM store.facts WHERE name = 'witness-key'",
  );
  const store = hash('sha256', key.get()?.value ?? '').slice(0, 16);
  const found = prepare<{ store: string; seq: number }>(connection, 'SELECT store, seq FROM progress').get();
  if (!found) {
    prepare(connection, 'INSERT INTO progress (store, seq, history_id) VALUES (?, 0, 0)').run(store);
    return 'new';
  }
  if (found.store !== store) return 'it belongs to another store';
  if (found.seq > lastSeq) return 'the store was restored from a backup';
  return 'continues';
}
