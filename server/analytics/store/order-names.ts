import { joinOrders } from './join-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * The id under which an order is counted: the store's, or the one it was merged into. The store alone decides which
 * reports belong to one order; other names are kept so that the order is found by them, and serve reports that an
 * earlier version stored without the store's id.
 *
 * @param names the store's id first, then what trusted voices call the order.
 */
export async function canonicalIdOf(
  db: Db,
  shop: string,
  names: readonly [string, ...string[]],
): Promise<string> {
  const rows = await forParts(names, (part) =>
    db
      .selectFrom('order_names')
      .select(['name', 'canonical_id'])
      .where('shop', '=', shop)
      .where('name', 'in', part)
      .execute(),
  );
  const known = new Map(rows.map((row) => [row.name, row.canonical_id]));
  const [first] = names;
  const canonicalId = names.map((name) => known.get(name)).find((id) => id !== undefined) ?? first;
  const fresh = [...new Set(names)].filter((name) => !known.has(name));
  await forParts(
    fresh.map((name) => ({ shop, name, canonical_id: canonicalId })),
    (part) =>
      db
        .insertInto('order_names')
        .values(part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
  return canonicalId;
}

/** What was, or will be, reported of `from` is counted under `to`. */
export async function mergeOrders(db: Db, shop: string, from: string, to: string): Promise<void> {
  const target = await canonicalIdOf(db, shop, [to]);
  const source = await canonicalIdOf(db, shop, [from]);
  if (source !== target) await joinOrders(db, shop, source, target);
}
