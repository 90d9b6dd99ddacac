import type { OrderReport } from '../facts.ts';
import { joinOrders } from './join-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * The id under which an order is counted: the store's, or the one it was merged into. The store alone decides which
 * reports belong to one order; other names are kept so that the order is found by them, and serve reports that an
 * earlier version stored without the store's id.
 *
 * A name alone never decides: what a page invented before the shop system reported orders may have it.
 */
export async function canonicalIdOf(
  db: Db,
  shop: string,
  { orderId, names, isByNames }: Pick<OrderReport, 'orderId' | 'names' | 'isByNames'>,
): Promise<string> {
  const all = [orderId, ...names];
  const rows = await forParts(all, (part) =>
    db
      .selectFrom('order_names')
      .select(['name', 'canonical_id'])
      .where('shop', '=', shop)
      .where('name', 'in', part)
      .execute(),
  );
  const known = new Map(rows.map((row) => [row.name, row.canonical_id]));
  const deciding = isByNames ? all : [orderId];
  const canonicalId = deciding.map((name) => known.get(name)).find((id) => id !== undefined) ?? orderId;
  const fresh = [...new Set(all)].filter((name) => !known.has(name));
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
  const target = await canonicalIdOf(db, shop, { orderId: to, names: [] });
  const source = await canonicalIdOf(db, shop, { orderId: from, names: [] });
  if (source !== target) await joinOrders(db, shop, source, target);
}
