import { CHUNK } from './chunks.ts';
import { type Dedup, type DedupKey, fromBlob, toBlob, type Windows } from './dedup-keys.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

interface FreshRow {
  seq: number;
  shop: string;
  receivedAtMs: number;
  messageKey: Uint8Array;
  orderKey: Uint8Array | null;
}

/** How many keys in memory start a merge: while the thread is idle, and in any case. */
const MERGE_AT = { idle: 16_384, busy: 131_072 };
/** The least number of keys moved by one transaction. */
const MERGE_STEP = 256;
/** Further keys moved for each that arrived since the last step, so that a merge ends before the next is due. */
const MERGE_PER_ARRIVAL = 2;
/** How many keys one transaction checks for expiry. */
const EXPIRE_STEP = 2_000;
const NO_KEY = new Uint8Array();
/** SQLite orders every text before any blob. */
const PAST_ALL = new Uint8Array();
/** Between a merge that failed because the disk is full, and the next. */
const RETRY_MERGE_MS = 5_000;

/**
 * Digests are random, so inserting each into the sorted table would write one more page per event. Recent keys are kept
 * in memory and in the events' rows, which are written in order anyway. They are merged into the table in sorted chunks,
 * between other transactions. Keys not merged before a crash are read again from the events' rows.
 */
export function createDedup(store: OpenStore, windows: Windows): Dedup {
  const { connection } = store;
  const isDuplicate = prepare(connection, 'SELECT 1 FROM seen WHERE shop = ? AND key = ? AND expires_at > ?');
  const insert = prepare(
    connection,
    `INSERT INTO seen (shop, key, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (shop, key) DO UPDATE SET expires_at = max(seen.expires_at, excluded.expires_at)`,
  );
  const merged = prepare<{ seq: number }>(connection, 'SELECT merged_seq AS seq FROM seen_merged');
  const last = prepare<{ seq: number | null }>(connection, 'SELECT max(seq) AS seq FROM events');
  const setMerged = prepare(connection, 'UPDATE seen_merged SET merged_seq = ?');
  const fresh = prepare<FreshRow>(
    connection,
    `SELECT seq, shop, received_at AS receivedAtMs, message_key AS messageKey, order_key AS orderKey FROM events
     WHERE seq > ? ORDER BY seq LIMIT ?`,
  );

  const nextPage = prepare<{ shop: string; key: Uint8Array }>(
    connection,
    'SELECT shop, key FROM seen WHERE (shop, key) > (?, ?) ORDER BY shop, key LIMIT 1 OFFSET ?',
  );
  const removeExpired = prepare(
    connection,
    'DELETE FROM seen WHERE (shop, key) > (?, ?) AND (shop, key) <= (?, ?) AND expires_at <= ?',
  );

  /** By shop: key → when it expires. */
  type Keys = Map<string, Map<DedupKey, number>>;
  let recent: Keys = new Map();
  let recentCount = 0;
  /** The keys a running merge is moving. */
  let moving: Keys = new Map();
  let isMerging = false;
  let nextMergeMs = 0;
  /** Added by the current transaction. */
  let added: [shop: string, key: DedupKey][] = [];

  function add(shop: string, key: DedupKey, expiresAtMs: number): void {
    const keys = recent.get(shop) ?? new Map<DedupKey, number>();
    if (keys.size === 0) recent.set(shop, keys);
    keys.set(key, expiresAtMs);
    recentCount++;
    added.push([shop, key]);
  }

  store.joinTransactions({
    begin() {
      added = [];
    },
    rollback() {
      for (const [shop, key] of added) recent.get(shop)?.delete(key);
      recentCount -= added.length;
    },
  });

  for (let after = merged.get()?.seq ?? 0; ; ) {
    const rows = fresh.all(after, CHUNK);
    for (const { shop, receivedAtMs, messageKey, orderKey } of rows) {
      if (messageKey.length > 0) add(shop, fromBlob(messageKey), receivedAtMs + windows.retentionMs);
      if (orderKey) add(shop, fromBlob(orderKey), receivedAtMs + windows.orderKeyMs);
    }
    if (rows.length === 0) break;
    after = rows.at(-1)?.seq ?? after;
  }

  function* merge(): Generator<undefined, void> {
    while (isMerging) yield;
    isMerging = true;
    nextMergeMs = performance.now() + RETRY_MERGE_MS;
    try {
      const upTo = last.get()?.seq ?? 0;
      moving = recent;
      recent = new Map();
      recentCount = 0;
      for (const [shop, keys] of moving) {
        const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
        let arrived = recentCount;
        for (let start = 0; start < sorted.length; ) {
          const size = Math.max(MERGE_STEP, (recentCount - arrived) * MERGE_PER_ARRIVAL);
          arrived = recentCount;
          const step = sorted.slice(start, start + size);
          start += size;
          store.transaction(() => {
            for (const [key, expiresAtMs] of step) insert.run(shop, toBlob(key), expiresAtMs);
          });
          yield;
        }
      }
      store.transaction(() => setMerged.run(upTo));
      moving = new Map();
      nextMergeMs = 0;
    } finally {
      restoreUnmerged();
      isMerging = false;
    }
  }

  /** After an interrupted merge some keys are still only in the events' rows. */
  function restoreUnmerged(): void {
    for (const [shop, keys] of moving)
      for (const [key, expiresAtMs] of keys) if (!recent.get(shop)?.has(key)) add(shop, key, expiresAtMs);
    moving = new Map();
  }

  return {
    has(shop, key, nowMs) {
      const expiresAtMs = recent.get(shop)?.get(key) ?? moving.get(shop)?.get(key);
      if (expiresAtMs !== undefined) return expiresAtMs > nowMs;
      return isDuplicate.get(shop, toBlob(key), nowMs) !== undefined;
    },
    add,
    put: (shop, key, expiresAtMs) => void insert.run(shop, toBlob(key), expiresAtMs),
    *expire(nowMs) {
      for (let from: { shop: string; key: Uint8Array } | undefined = { shop: '', key: NO_KEY }; from; ) {
        const { shop, key } = from;
        const until = nextPage.get(shop, key, EXPIRE_STEP);
        const range = [shop, key, until?.shop ?? PAST_ALL, until?.key ?? PAST_ALL] as const;
        store.transaction(() => removeExpired.changed(...range, nowMs));
        yield;
        from = until;
      }
    },
    upkeep(isIdle) {
      const isDue = recentCount >= (isIdle ? MERGE_AT.idle : MERGE_AT.busy);
      return isDue && !isMerging && performance.now() >= nextMergeMs ? merge() : undefined;
    },
    merge,
  };
}
