import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { LedgerEntry } from '../ledger.ts';
import { CHUNK, untilDone } from './chunks.ts';
import type { ErasedOrder } from './erased-orders.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

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
/** Between a key's reservation and its confirmation, usually: then it is kept from the former on. */
const MOMENT_MS = 60 * 60 * 1000;
/** Expired rows removed with each reservation: in the long run more than it adds. */
const CLEAR_PER_KEY = 2;

interface Row {
  key: string;
  state: 'noted' | 'settled';
  remoteId: string | null;
}

/** The ledger's statements. Times in epoch ms. */
export type LedgerRows = ReturnType<typeof createLedger>;

/** What an erasure removed, as keys of the ledger begin or end with it. */
export function createGone() {
  const beginnings = new Set<string>();
  const messageIds = new Set<string>();
  const addNames = (names: readonly string[]) => {
    for (const name of names) {
      beginnings.add(`order:${name}`);
      if (name.startsWith('checkout:')) beginnings.add(name);
    }
  };
  return {
    addOrder: ({ canonicalId, names, refunds }: ErasedOrder) => {
      addNames([canonicalId, ...names]);
      for (const refund of refunds) beginnings.add(`refund:${refund}`);
    },
    addEvent(event: ProtectedEvent | undefined) {
      if (!event) return;
      messageIds.add(event.messageId);
      if (event.orderKey !== undefined) beginnings.add(event.orderKey);
    },
    messageIds,
    /** `order:<id>:<code>`, `refund:<id>:<code>`, `…:<code>:<messageId>`. */
    has(key: string): boolean {
      for (let at = key.indexOf(':'); at >= 0; at = key.indexOf(':', at + 1))
        if (beginnings.has(key.slice(0, at)) || messageIds.has(key.slice(at + 1))) return true;
      return beginnings.has(key);
    },
  };
}
export type Gone = ReturnType<typeof createGone>;

export function createLedger({ connection, transaction }: OpenStore) {
  const read = prepare<Row>(
    connection,
    `SELECT key, state, remote_id AS remoteId FROM ledger
     WHERE consumer = ? AND key IN (SELECT value FROM json_each(?)) AND expires_at > ?`,
  );
  const write = prepare(
    connection,
    `INSERT INTO ledger (consumer, key, state, remote_id, expires_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (consumer, key) DO UPDATE SET state = excluded.state, remote_id = excluded.remote_id, expires_at = excluded.expires_at`,
  );
  const reserveNew = prepare<{ key: string }>(
    connection,
    `INSERT INTO ledger (consumer, key, state, expires_at)
     SELECT CAST(?1 AS TEXT), value, 'noted', CAST(?3 AS BIGINT) FROM json_each(?2) WHERE TRUE
     ON CONFLICT DO NOTHING RETURNING key`,
  );
  /** Of what was reserved a moment ago; its time stays, and with it the entry of the index. */
  const confirmReserved = prepare<{ key: string }>(
    connection,
    `UPDATE ledger SET state = 'settled'
     WHERE consumer = ?1 AND key IN (SELECT value FROM json_each(?2)) AND expires_at >= ?3 RETURNING key`,
  );
  const setRemoteId = prepare(
    connection,
    'UPDATE ledger SET remote_id = ?3 WHERE consumer = ?1 AND key = ?2',
  );
  const remove = prepare(connection, `DELETE FROM ledger WHERE consumer = ? AND key = ? AND state = 'noted'`);
  const clear = prepare(
    connection,
    `DELETE FROM ledger WHERE (consumer, key) IN
       (SELECT consumer, key FROM ledger WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );

  const consumersOf = prepare<{ name: string }>(connection, 'SELECT name FROM consumers WHERE shop = ?');
  const page = prepare<{ key: string; remoteId: string | null }>(
    connection,
    'SELECT key, remote_id AS remoteId FROM ledger WHERE consumer = ? AND key > ? ORDER BY key LIMIT ?',
  );
  const erase = prepare(connection, 'DELETE FROM ledger WHERE consumer = ? AND key = ?');

  function* keysOf(
    shop: string,
    gone: Gone,
    apply: (consumer: string, keys: { key: string; remoteId: string | null }[]) => void,
  ): Generator<undefined, void> {
    for (const { name } of consumersOf.all(shop))
      for (let after = ''; ; ) {
        const rows = page.all(name, after, CHUNK);
        const last = rows.at(-1);
        if (!last) break;
        const theirs = rows.filter(({ key }) => gone.has(key));
        if (theirs.length > 0) apply(name, theirs);
        yield;
        after = last.key;
      }
  }

  function find(consumer: string, keys: readonly string[], nowMs: number): Map<string, LedgerEntry> {
    const rows = keys.length > 0 ? read.all(consumer, JSON.stringify(keys), nowMs) : [];
    return new Map(rows.map((row) => [row.key, toEntry(row)]));
  }

  return {
    find,
    reserve(consumer: string, keys: readonly string[], nowMs: number): Map<string, LedgerEntry> {
      const asked = new Set(keys);
      // Nearly all keys are new.
      for (const { key } of reserveNew.all(consumer, JSON.stringify([...asked]), nowMs + KEEP_MS))
        asked.delete(key);
      const known = find(consumer, [...asked], nowMs);
      for (const key of asked)
        if (known.get(key)?.state !== 'confirmed') write.run(consumer, key, 'noted', null, nowMs + KEEP_MS);
      clear.run(nowMs, keys.length * CLEAR_PER_KEY);
      return known;
    },
    confirm(consumer: string, entries: readonly { key: string; remoteId?: string }[], nowMs: number): void {
      const remoteIds = new Map(entries.map(({ key, remoteId }) => [key, remoteId]));
      const asked = JSON.stringify([...remoteIds.keys()]);
      const reserved = confirmReserved.all(consumer, asked, nowMs + KEEP_MS - MOMENT_MS);
      for (const { key } of reserved) {
        const remoteId = remoteIds.get(key);
        if (remoteId !== undefined) setRemoteId.run(consumer, key, remoteId);
        remoteIds.delete(key);
      }
      const before = find(consumer, [...remoteIds.keys()], nowMs);
      for (const [key, remoteId = before.get(key)?.remoteId] of remoteIds)
        write.run(consumer, key, 'settled', remoteId ?? null, nowMs + KEEP_MS);
    },
    /** Also the keys of consumers that reserve none any more. */
    retain: (nowMs: number) => untilDone({ transaction }, () => clear.changed(nowMs, CHUNK)),
    release(consumer: string, keys: readonly string[]): void {
      for (const key of keys) remove.run(consumer, key);
    },
    /** Every key of these orders and events, in one pass over the shop's keys. */
    keysOf,
    erase: (shop: string, gone: Gone) =>
      keysOf(shop, gone, (consumer, rows) =>
        transaction(() => {
          for (const { key } of rows) erase.run(consumer, key);
        }),
      ),
  };
}

const toEntry = ({ state, remoteId }: Row): LedgerEntry => ({
  state: state === 'settled' ? 'confirmed' : 'reserved',
  ...(remoteId !== null && { remoteId }),
});
