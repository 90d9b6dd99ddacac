import { prepare } from '../../storage/database.ts';
import { CHUNK, pages } from './chunks.ts';
import { emptyWal } from './erase.ts';
import type { Remove } from './remove.ts';
import type { Seals } from './seals.ts';
import type { Store } from './store.ts';

/** Free pages beyond this share of the file go back to the operating system; the rest is room for the next days. */
const KEEP_FREE = 0.25;

export function createRetain(store: Store, retentionMs: number, remove: Remove, seals: Seals) {
  const { connection } = store;
  const nextShop = prepare<{ shop: string }>(
    connection,
    'SELECT shop FROM events WHERE shop > ? ORDER BY shop LIMIT 1',
  );
  const lastSeq = prepare<{ seq: number }>(connection, 'SELECT max(seq) AS seq FROM events');
  const page = prepare<{ seq: number; receivedAtMs: number }>(
    connection,
    `SELECT seq, received_at AS receivedAtMs FROM events WHERE shop = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  );
  const expireKeys = prepare(
    connection,
    `DELETE FROM seen WHERE (shop, key) IN
       (SELECT shop, key FROM seen WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );
  const shopKeys = prepare(
    connection,
    'DELETE FROM seen WHERE shop = ?1 AND key IN (SELECT key FROM seen WHERE shop = ?1 LIMIT ?2)',
  );

  function* retainShop(shop: string, beforeMs: number): Generator<undefined, number> {
    const consumers = store.consumers.filter((consumer) => consumer.shop === shop);
    const end = Math.min(...consumers.map(({ cursor }) => cursor), Number.MAX_SAFE_INTEGER);
    let removed = 0;
    for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
      const old = rows.filter(({ receivedAtMs }) => receivedAtMs < beforeMs).map(({ seq }) => seq);
      const [first, last] = [old.at(0), old.at(-1)];
      // Events lie in the order they came: after a page without an old one there is none.
      if (first === undefined || last === undefined) break;
      const isOpen = seals.openAmong(consumers, first, last);
      const done = old.filter((seq) => !isOpen(seq));
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
      let removed = 0;
      for (let shop = nextShop.get('')?.shop; shop !== undefined; shop = nextShop.get(shop)?.shop) {
        removed += yield* retainShop(shop, nowMs - retentionMs);
      }
      while (store.transaction(() => expireKeys.run(nowMs, CHUNK)) > 0) yield;
      yield* seals.sweep();
      yield* shrink();
      return removed;
    },

    /** What arrives meanwhile stays. */
    *purge(shop: string): Generator<undefined, number> {
      const end = lastSeq.get()?.seq ?? 0;
      let removed = 0;
      for (const rows of pages((after) => page.all(shop, after, end, CHUNK))) {
        const seqs = rows.map(({ seq }) => seq);
        removed += store.transaction(() => remove(shop, seqs));
        yield;
      }
      while (store.transaction(() => shopKeys.run(shop, CHUNK)) > 0) yield;
      yield* emptyWal(store);
      return removed;
    },
  };
}
