import { type Dedup, type DedupKey, fromBlob, toBlob } from '../sqlite/dedup-keys.ts';
import { prepare } from '../sqlite/prepare.ts';
import type { OpenStore } from '../sqlite/tables.ts';

/** How many keys one transaction removes. */
const EXPIRE_STEP = 2_000;

/** Which keys were seen, in the table alone: other collectors write it, too. What one transaction asked, it knows. */
export function createTableDedup(store: OpenStore): Dedup {
  const { connection } = store;
  const find = prepare<{ expiresAtMs: number }>(
    connection,
    'SELECT expires_at AS expiresAtMs FROM seen WHERE shop = ? AND key = ?',
  );
  const findAll = prepare<{ key: Uint8Array; expiresAtMs: number }>(
    connection,
    `SELECT key, expires_at AS expiresAtMs FROM seen
     WHERE shop = ? AND key IN (SELECT decode(value, 'hex') FROM json_each(?))`,
  );
  const insert = prepare(
    connection,
    `INSERT INTO seen (shop, key, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (shop, key) DO UPDATE SET expires_at = max(seen.expires_at, excluded.expires_at)`,
  );
  const removeExpired = prepare(
    connection,
    `DELETE FROM seen WHERE (shop, key) IN (SELECT shop, key FROM seen WHERE expires_at <= ? ORDER BY expires_at LIMIT ${EXPIRE_STEP})`,
  );
  /** By shop: key → when it expires; 0: it was not seen. */
  const asked = new Map<string, Map<DedupKey, number>>();
  const ofShop = (shop: string) => {
    const keys = asked.get(shop) ?? new Map<DedupKey, number>();
    asked.set(shop, keys);
    return keys;
  };
  const forget = () => asked.clear();
  store.joinTransactions({ begin: forget, rollback: forget, forget });

  function put(shop: string, key: DedupKey, expiresAtMs: number): void {
    const keys = ofShop(shop);
    keys.set(key, Math.max(expiresAtMs, keys.get(key) ?? 0));
    insert.run(shop, toBlob(key), expiresAtMs);
  }

  return {
    readAhead(keys) {
      for (const [shop, own] of Map.groupBy(keys, ([shop]) => shop)) {
        const known = ofShop(shop);
        for (const [, key] of own) known.set(key, 0);
        const listed = JSON.stringify(own.map(([, key]) => Buffer.from(key, 'latin1').toString('hex')));
        for (const { key, expiresAtMs } of findAll.all(shop, listed)) known.set(fromBlob(key), expiresAtMs);
      }
    },
    has(shop, key, nowMs) {
      const known = ofShop(shop);
      const expiresAtMs = known.get(key) ?? find.get(shop, toBlob(key))?.expiresAtMs ?? 0;
      known.set(key, expiresAtMs);
      return expiresAtMs > nowMs;
    },
    add: put,
    put,
    *expire(nowMs) {
      while (store.transaction(() => removeExpired.changed(nowMs)) === EXPIRE_STEP) yield;
    },
    upkeep: () => undefined,
    *merge() {},
  };
}
