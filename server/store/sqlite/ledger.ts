import type { LedgerEntry } from '../ledger.ts';
import { type Database, prepare } from './database.ts';

export const VERSION = 1;
export const SCHEMA = `
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
/** Expired rows cleared with each note: more than a note adds in the long run, so no timer is needed. */
const CLEAR_PER_KEY = 2;

interface Row {
  state: LedgerEntry['state'];
  remoteId: string | null;
}
type Known = [key: string, entry: LedgerEntry][];

/** The ledger's statements. Times in epoch ms. */
export function createLedger({ connection }: Database) {
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

  const find = (consumer: string, keys: readonly string[], nowMs: number): Known =>
    [...new Set(keys)].flatMap((key) => {
      const row = read.get(consumer, key, nowMs);
      return row ? [[key, toEntry(row)]] : [];
    });

  return {
    find,
    note(consumer: string, keys: readonly string[], nowMs: number): Known {
      const known = find(consumer, keys, nowMs);
      const settled = new Set(known.filter(([, { state }]) => state === 'settled').map(([key]) => key));
      for (const key of keys) {
        if (!settled.has(key)) write.run(consumer, key, 'noted', null, nowMs + KEEP_MS);
      }
      clear.run(nowMs, keys.length * CLEAR_PER_KEY);
      return known;
    },
    settle(consumer: string, entries: readonly { key: string; remoteId?: string }[], nowMs: number): void {
      for (const { key, remoteId } of entries) {
        const before = read.get(consumer, key, nowMs);
        write.run(consumer, key, 'settled', remoteId ?? before?.remoteId ?? null, nowMs + KEEP_MS);
      }
    },
    forget(consumer: string, keys: readonly string[]): void {
      for (const key of keys) remove.run(consumer, key);
    },
  };
}

const toEntry = ({ state, remoteId }: Row): LedgerEntry => ({
  state,
  ...(remoteId !== null && { remoteId }),
});
