import { hash } from 'node:crypto';
import { CHUNK } from './chunks.ts';
import { prepare } from './database.ts';
import type { Store } from './store.ts';

/** What counts as duplicate: 16 bytes of a digest, as latin1 text. Small, opaque, and far from any chance meeting. */
export type SeenKey = string;

export const messageKey = (messageId: string): SeenKey => digest('message', messageId);
export const orderKeyOf = (orderKey: string): SeenKey => digest('order', orderKey);
const digest = (kind: 'message' | 'order', key: string) =>
  hash('sha256', `${kind}\0${key}`, 'latin1').slice(0, 16);
export const toBlob = (key: SeenKey): Uint8Array => Buffer.from(key, 'latin1');
const fromBlob = (blob: Uint8Array): SeenKey => Buffer.from(blob).toString('latin1');

export interface Seen {
  has(shop: string, key: SeenKey, nowMs: number): boolean;
  /** Noted with the event that carries the key in its own row; undone when that transaction fails. */
  add(shop: string, key: SeenKey, expiresAtMs: number): void;
  /** A merge, when one is due. */
  upkeep(isIdle: boolean): Generator<undefined, void> | undefined;
  /** Puts everything into the table, so that events may be removed. */
  merge(): Generator<undefined, void>;
  /** Forgets what is past its window. Reads the whole table: an index would cost every event, to spare this an hour. */
  expire(nowMs: number): Generator<undefined, void>;
}

export interface Windows {
  retentionMs: number;
  orderKeyMs: number;
}

interface FreshRow {
  seq: number;
  shop: string;
  receivedAtMs: number;
  messageKey: Uint8Array;
  orderKey: Uint8Array | null;
}

/** How many keys lie in memory before they are merged: when there is nothing else to do, and whatever there is to do. */
const MERGE_AT = { idle: 16_384, busy: 131_072 };
/** How many one transaction moves, at least. */
const MERGE_STEP = 256;
/** For each key that arrived since the last step, so that a merge ends before the next is due. */
const MERGE_PER_ARRIVAL = 2;
/** How many keys one transaction looks at to see whether they are past their window. */
const EXPIRE_STEP = 2_000;
const NO_KEY = new Uint8Array();
/** To SQLite every text is less than any blob. */
const PAST_ALL = new Uint8Array();
/** Between a merge that failed, on a full disk, and the next. */
const REST_MS = 5_000;

/**
 * Digests fall anywhere in a sorted table, so writing them one by one would touch a page for each event and make every
 * commit larger. Fresh keys lie in the events' own rows, which are written in order anyway, and in memory; now and then
 * they are merged into the table, sorted, between the transactions of others. What was not merged before a crash is
 * read again from the events' rows.
 */
export function createSeen(store: Store, windows: Windows): Seen {
  const { connection } = store;
  const isSeen = prepare(connection, 'SELECT 1 FROM seen WHERE shop = ? AND key = ? AND expires_at > ?');
  const insert = prepare(
    connection,
    `INSERT INTO seen (shop, key, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT DO UPDATE SET expires_at = max(expires_at, ?3)`,
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
  type Keys = Map<string, Map<SeenKey, number>>;
  let recent: Keys = new Map();
  let recentCount = 0;
  /** What a merge under way is moving. */
  let moving: Keys = new Map();
  let isMerging = false;
  let restUntilMs = 0;
  /** Added in the transaction under way. */
  let added: [shop: string, key: SeenKey][] = [];

  function add(shop: string, key: SeenKey, expiresAtMs: number): void {
    const keys = recent.get(shop) ?? new Map<SeenKey, number>();
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
      add(shop, fromBlob(messageKey), receivedAtMs + windows.retentionMs);
      if (orderKey) add(shop, fromBlob(orderKey), receivedAtMs + windows.orderKeyMs);
    }
    if (rows.length === 0) break;
    after = rows.at(-1)?.seq ?? after;
  }

  function* merge(): Generator<undefined, void> {
    while (isMerging) yield;
    isMerging = true;
    restUntilMs = performance.now() + REST_MS;
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
      restUntilMs = 0;
    } finally {
      giveBack();
      isMerging = false;
    }
  }

  /** What a merge that was cut short did not finish is still only in the events' rows. */
  function giveBack(): void {
    for (const [shop, keys] of moving)
      for (const [key, expiresAtMs] of keys) if (!recent.get(shop)?.has(key)) add(shop, key, expiresAtMs);
    moving = new Map();
  }

  return {
    has(shop, key, nowMs) {
      const expiresAtMs = recent.get(shop)?.get(key) ?? moving.get(shop)?.get(key);
      if (expiresAtMs !== undefined) return expiresAtMs > nowMs;
      return isSeen.get(shop, toBlob(key), nowMs) !== undefined;
    },
    add,
    *expire(nowMs) {
      for (let from: { shop: string; key: Uint8Array } | undefined = { shop: '', key: NO_KEY }; from; ) {
        const { shop, key } = from;
        const until = nextPage.get(shop, key, EXPIRE_STEP);
        const range = [shop, key, until?.shop ?? PAST_ALL, until?.key ?? PAST_ALL] as const;
        store.transaction(() => removeExpired.run(...range, nowMs));
        yield;
        from = until;
      }
    },
    upkeep(isIdle) {
      const isDue = recentCount >= (isIdle ? MERGE_AT.idle : MERGE_AT.busy);
      return isDue && !isMerging && performance.now() >= restUntilMs ? merge() : undefined;
    },
    merge,
  };
}
