import { emptyWal } from './checkpoints.ts';
import { CHUNK, pages } from './chunks.ts';
import { prepare } from './database.ts';
import type { Seen } from './dedup.ts';
import type { Seals } from './encrypted-pii.ts';
import type { Remove } from './remove.ts';
import type { Store } from './store.ts';

/** Free pages beyond this share of the file go back to the operating system; the rest is room for the next days. */
const KEEP_FREE = 0.25;

export function createRetain(store: Store, retentionMs: number, remove: Remove, seals: Seals, seen: Seen) {
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
      // Events lie in the order they came: after a page without an old one there is none.
      if (first === undefined || last === undefined) break;
      const isOpen = seals.openAmong(consumers, first, last);
      const done = old
        .filter(({ seq, isOrder }) => mayRemove(isOrder === 1) && !isOpen(seq))
        .map(({ seq }) => seq);
      removed += store.transaction(() => remove(shop, done));
      yield;
    }
    return removed;
  }

  /** Gives pages back in small steps. */
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
      // A messageId counts as seen no longer than its event stays; an order's key does, so it is put elsewhere first.
      // That needs room, which the others leave behind.
      let removed = yield* retainAll(beforeMs, (isOrder) => !isOrder);
      yield* seen.merge();
      removed += yield* retainAll(beforeMs, () => true);
      yield* seen.expire(nowMs);
      yield* seals.sweep();
      yield* shrink();
      return removed;
    },

    /** What arrives meanwhile stays. */
    *purge(shop: string): Generator<undefined, number> {
      const end = lastSeq.get()?.seq ?? 0;
      yield* seen.merge();
      let removed = 0;
      for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
        const seqs = rows.map(({ seq }) => seq);
        removed += store.transaction(() => remove(shop, seqs));
        yield;
      }
      while (store.transaction(() => shopKeys.run(shop, CHUNK)) > 0) yield;
      yield* emptyWal(store.connection);
      return removed;
    },
  };
}
