import type { Audit } from './audit.ts';
import { CHUNK, pages, STEP, untilDone } from './chunks.ts';
import type { ComposedRow, ComposeRow } from './compose-row.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Dedup } from './dedup-keys.ts';
import type { EncryptedPii } from './encrypted-pii.ts';
import type { History } from './history.ts';
import type { HourlyCountRows } from './hourly-counts.ts';
import type { LedgerRows } from './ledger.ts';
import type { OpenStore } from './open-store.ts';
import type { OrderRetention } from './order-retention.ts';
import { prepare } from './prepare.ts';
import type { Redactions } from './redactions.ts';
import type { Remove } from './remove.ts';
import { prepareTexts } from './stored-text.ts';
import type { Tables } from './tables.ts';

interface Parts {
  tables: Pick<Tables, 'forget' | 'shrink'>;
  retentionMs: number;
  remove: Remove;
  encryptedPii: EncryptedPii;
  dedup: Dedup;
  history: History;
  audit: Pick<Audit, 'retain'>;
  deadLetters: Pick<DeadLetters, 'retain'>;
  ledger: Pick<LedgerRows, 'retain'>;
  orders: OrderRetention;
  redactions: Pick<Redactions, 'retain'>;
  hourlyCounts: Pick<HourlyCountRows, 'retain' | 'purge'>;
  composeRow: Pick<ComposeRow, 'compose'>;
}

interface Retained {
  removed: number;
  orders: number;
}

/** What is past its time, and all of a shop. */
export function createRetain(store: OpenStore, parts: Parts) {
  const { retentionMs, remove, encryptedPii, dedup, history, deadLetters, ledger, composeRow } = parts;
  const { orders, redactions, audit, hourlyCounts, tables } = parts;
  const { connection } = store;
  const uncomposed = prepareTexts<Omit<ComposedRow, 'packed'>>(
    connection,
    `SELECT seq, shop, order_id AS orderId, packed, body FROM events
     WHERE compose = 1 AND received_at < ? ORDER BY received_at LIMIT ?`,
  );
  const nextShop = prepare<{ shop: string }>(
    connection,
    'SELECT shop FROM events WHERE shop > ? ORDER BY shop LIMIT 1',
  );
  const lastSeq = prepare<{ seq: number }>(connection, 'SELECT max(seq) AS seq FROM events');
  const page = prepare<{ seq: number; receivedAtMs: number; isOrder: number }>(
    connection,
    `SELECT seq, received_at AS receivedAtMs, order_key IS NOT NULL AS isOrder FROM events WHERE shop = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  );
  const shopKeys = prepare(
    connection,
    'DELETE FROM seen WHERE shop = ?1 AND key IN (SELECT key FROM seen WHERE shop = ?1 LIMIT ?2)',
  );

  /** Counts the orders that only `withOrders` removes. */
  function* retainAll(beforeMs: number, withOrders: boolean): Generator<undefined, Retained> {
    const all: Retained = { removed: 0, orders: 0 };
    for (let shop = nextShop.get('')?.shop; shop !== undefined; shop = nextShop.get(shop)?.shop) {
      const { removed, orders } = yield* retainShop(shop, beforeMs, withOrders);
      all.removed += removed;
      all.orders += orders;
    }
    return all;
  }

  function* retainShop(shop: string, beforeMs: number, withOrders: boolean): Generator<undefined, Retained> {
    const consumers = store.consumers.filter((consumer) => consumer.shop === shop);
    const end = Math.min(...consumers.map(({ cursor }) => cursor), Number.MAX_SAFE_INTEGER);
    const found: Retained = { removed: 0, orders: 0 };
    for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
      const old = rows.filter(({ receivedAtMs }) => receivedAtMs < beforeMs);
      const [first, last] = [old.at(0)?.seq, old.at(-1)?.seq];
      // Events are stored in the order of arrival: after a page without an old one there are no more.
      if (first === undefined || last === undefined) break;
      const isUnsettled = encryptedPii.unsettledAmong(consumers, first, last);
      const settled = old.filter(({ seq }) => !isUnsettled(seq));
      const done = withOrders ? settled : settled.filter(({ isOrder }) => isOrder === 0);
      found.orders += settled.length - done.length;
      for (let start = 0; start < done.length; start += STEP) {
        const seqs = done.slice(start, start + STEP).map(({ seq }) => seq);
        found.removed += store.transaction(() => remove(shop, seqs));
        yield;
      }
      yield;
    }
    return found;
  }

  return {
    *retain(nowMs: number): Generator<undefined, number> {
      const beforeMs = nowMs - retentionMs;
      yield* deadLetters.retain(beforeMs);
      // Dedup keys live in the events' rows until they are merged. A messageId expires with its event, an order's key
      // later, so orders are removed only after a merge. The merge needs space, which the other events free first.
      let { removed, orders: left } = yield* retainAll(beforeMs, false);
      if (left > 0) {
        yield* dedup.merge();
        removed += (yield* retainAll(beforeMs, true)).removed;
      }
      yield* dedup.expire(nowMs);
      yield* encryptedPii.sweep();
      yield* history.retain(nowMs);
      yield* untilDone(store, () => uncomposed.all(beforeMs, STEP).map(composeRow.compose).length);
      yield* orders.retain(nowMs);
      yield* ledger.retain(nowMs);
      yield* redactions.retain(nowMs);
      yield* audit.retain(nowMs);
      hourlyCounts.retain(nowMs);
      yield;
      yield* tables.shrink();
      yield* tables.forget();
      return removed;
    },

    /** Events that arrive meanwhile stay. */
    *purge(shop: string): Generator<undefined, number> {
      const end = lastSeq.get()?.seq ?? 0;
      yield* dedup.merge();
      let removed = 0;
      for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
        const seqs = rows.map(({ seq }) => seq);
        removed += store.transaction(() => remove(shop, seqs));
        yield;
      }
      while (store.transaction(() => shopKeys.changed(shop, CHUNK)) > 0) yield;
      yield* history.purge(shop);
      yield* orders.purge(shop);
      hourlyCounts.purge(shop);
      yield* tables.forget();
      return removed;
    },
  };
}
