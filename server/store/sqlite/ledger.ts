import type { LedgerEntry } from '../ledger.ts';
import { CHUNK, untilDone } from './chunks.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

/** On disk a reserved key is 'noted' and a confirmed one 'settled'. */
export const LEDGER_SCHEMA = `
  CREATE TABLE ledger (
    consumer TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('noted', 'settled')),
    remote_id TEXT,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (consumer, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_by_expiry ON ledger (expires_at);
`;

const KEEP_MS = 400 * 24 * 60 * 60 * 1000;
/** Expired rows removed with each reservation: in the long run more than it adds. */
const CLEAR_PER_KEY = 2;

interface Row {
  state: 'noted' | 'settled';
  remoteId: string | null;
}

/** The ledger's statements. Times in epoch ms. */
export type LedgerRows = ReturnType<typeof createLedger>;

export function createLedger({ connection, transaction }: OpenStore) {
  const read = prepare<Row>(
    connection,
    'SELECT state, remote_id AS remoteId FROM ledger WHERE consumer = ? AND key = ? AND expires_at > ?',
  );
  const write = prepare(
    connection,
    `INSERT OR REPLACE INTO ledger (consumer, key, state, remote_id, expires_at) VALUES (?, ?, ?, ?, ?)`,
  );
  const remove = prepare(connection, `DELETE FROM ledger WHERE consumer = ? AND key = ? AND state = 'noted'`);
  const clear = prepare(
    connection,
    `DELETE FROM ledger WHERE (consumer, key) IN
       (SELECT consumer, key FROM ledger WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );

  function find(consumer: string, keys: readonly string[], nowMs: number): Map<string, LedgerEntry> {
    const known = new Map<string, LedgerEntry>();
    for (const key of keys) {
      const row = read.get(consumer, key, nowMs);
      if (row) known.set(key, toEntry(row));
    }
    return known;
  }

  return {
    find,
    reserve(consumer: string, keys: readonly string[], nowMs: number): Map<string, LedgerEntry> {
      const known = find(consumer, keys, nowMs);
      for (const key of keys)
        if (known.get(key)?.state !== 'confirmed') write.run(consumer, key, 'noted', null, nowMs + KEEP_MS);
      clear.run(nowMs, keys.length * CLEAR_PER_KEY);
      return known;
    },
    confirm(consumer: string, entries: readonly { key: string; remoteId?: string }[], nowMs: number): void {
      for (const { key, remoteId } of entries) {
        const before = read.get(consumer, key, nowMs);
        write.run(consumer, key, 'settled', remoteId ?? before?.remoteId ?? null, nowMs + KEEP_MS);
      }
    },
    /** Also the keys of consumers that reserve none any more. */
    retain: (nowMs: number) => untilDone({ transaction }, () => clear.run(nowMs, CHUNK)),
    release(consumer: string, keys: readonly string[]): void {
      for (const key of keys) remove.run(consumer, key);
    },
  };
}

const toEntry = ({ state, remoteId }: Row): LedgerEntry => ({
  state: state === 'settled' ? 'confirmed' : 'reserved',
  ...(remoteId !== null && { remoteId }),
});
