import { prepare } from './prepare.ts';
import type { OpenStore } from './tables.ts';

type Joining = Pick<OpenStore, 'joinTransactions'>;

/**
 * Rows that a transaction reads for many keys at once before it asks for each: where several processes share the tables,
 * every question is a round trip. They are those of this transaction only, which must not write them meanwhile.
 */
export interface Ahead<Key, Row> {
  /** Undefined: nothing was read ahead of this key. */
  get(key: Key): Row[] | undefined;
  /** What was read for all of these keys, in the order of the rows. */
  keep(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): void;
}

export function createAhead<Key, Row>(store: Joining): Ahead<Key, Row> {
  const known = new Map<Key, Row[]>();
  forgetWithTransaction(store, known);
  return {
    get: (key) => known.get(key),
    keep(keys, rows, keyOf) {
      const found = Map.groupBy(rows, keyOf);
      for (const key of keys) known.set(key, found.get(key) ?? []);
    },
  };
}

/** A key of a shop's rows, as the tables answer it. */
export type ShopKey = readonly [shop: string, key: string];

/** Keys that no row has, as far as this transaction asked for many at once: nearly everything that arrives is new. */
export interface Absent {
  has(shop: string, key: string): boolean;
  /** Asks for all of them. */
  look(keys: readonly ShopKey[]): void;
  /** A row with this key is written. */
  end(shop: string, key: string): void;
}

/** @param column holds the keys, in a table with the column `shop`. */
export function createAbsent(
  store: Joining & Pick<OpenStore, 'connection'>,
  table: string,
  column: string,
): Absent {
  const find = prepare<{ key: string }>(
    store.connection,
    `SELECT ${column} AS key FROM ${table} WHERE shop = ? AND ${column} IN (SELECT value FROM json_each(?))`,
  );
  const absent = new Set<string>();
  forgetWithTransaction(store, absent);
  const toText = (shop: string, key: string) => `${shop}\n${key}`;
  return {
    has: (shop, key) => absent.has(toText(shop, key)),
    look(keys) {
      for (const [shop, own] of Map.groupBy(keys, ([shop]) => shop)) {
        for (const [, key] of own) absent.add(toText(shop, key));
        for (const { key } of find.all(shop, JSON.stringify(own.map(([, key]) => key))))
          absent.delete(toText(shop, key));
      }
    },
    end: (shop, key) => void absent.delete(toText(shop, key)),
  };
}

function forgetWithTransaction({ joinTransactions }: Joining, known: { clear(): void }): void {
  const forget = () => known.clear();
  joinTransactions({ begin: forget, rollback: forget, forget });
}
