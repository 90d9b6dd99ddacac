import { emptyWal } from './checkpoints.ts';
import { CHUNK, pages } from './chunks.ts';
import { prepare } from './database.ts';
import type { Dedup } from './dedup.ts';
import type { EncryptedPii } from './encrypted-pii.ts';
import type { History } from './history.ts';
import type { OpenStore } from './open-store.ts';
import type { OrderRetention } from './order-retention.ts';
import type { Remove } from './remove.ts';

/** Free pages beyond this share of the file are returned to the operating system; the rest is reused. */
const KEEP_FREE = 0.25;

export function createRetain(
  store: OpenStore,
  retentionMs: number,
  remove: Remove,
  encryptedPii: EncryptedPii,
  dedup: Dedup,
  history: History,
  orders: OrderRetention,
) {
  const { connection } = store;
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

  function* retainAll(
    beforeMs: number,
    mayRemove: (isOrder: boolean) => boolean,
  ): Generator<undefined, number> {
    let removed = 0;
    for (let shop = nextShop.get('')?.shop; shop !== undefined; shop = nextShop.get(shop)?.shop)
      removed += yield* retainShop(shop, beforeMs, mayRemove);
    return removed;
  }

  function* retainShop(
    shop: string,
    beforeMs: number,
    mayRemove: (isOrder: boolean) => boolean,
  ): Generator<undefined, number> {
    const consumers = store.consumers.filter((consumer) => consumer.shop === shop);
    const end = Math.min(...consumers.map(({ cursor }) => cursor), Number.MAX_SAFE_INTEGER);
    let removed = 0;
    for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
      const old = rows.filter(({ receivedAtMs }) => receivedAtMs < beforeMs);
      const [first, last] = [old.at(0)?.seq, old.at(-1)?.seq];
      // Events are stored in the order of arrival: after a page without an old one there are no more.
      if (first === undefined || last === undefined) break;
      const isUnsettled = encryptedPii.unsettledAmong(consumers, first, last);
      const done = old
        .filter(({ seq, isOrder }) => mayRemove(isOrder === 1) && !isUnsettled(seq))
        .map(({ seq }) => seq);
      removed += store.transaction(() => remove(shop, done));
      yield;
    }
    return removed;
  }

  /** Returns free pages in small steps. */
  function* shrink(): Generator<undefined, void> {
    const read = (name: string) => Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
    while (read('freelist_count') > read('page_count') * KEEP_FREE) {
      connection.exec(`PRAGMA incremental_vacuum(${CHUNK})`);
      yield;
    }
  }

  return {
    *retain(nowMs: number): Generator<undefined, number> {
      const beforeMs = nowMs - retentionMs;
      // Dedup keys live in the events' rows until they are merged. A messageId expires with its event, an order's key
      // later, so orders are removed only after a merge. The merge needs space, which the other events free first.
      let removed = yield* retainAll(beforeMs, (isOrder) => !isOrder);
      yield* dedup.merge();
      removed += yield* retainAll(beforeMs, () => true);
      yield* dedup.expire(nowMs);
      yield* encryptedPii.sweep();
      yield* history.retain(nowMs);
      yield* orders.retain(nowMs);
      yield* shrink();
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
      while (store.transaction(() => shopKeys.run(shop, CHUNK)) > 0) yield;
      yield* history.purge(shop);
      yield* orders.purge(shop);
      yield* emptyWal(store.connection);
      return removed;
    },
  };
}
