import { joinOrders } from './join-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * The name under which an order is counted: the store's canonical id. Orders that turn out to be one are counted under
 * the name that is known for the earliest of `names`.
 *
 * @throws {RangeError} without a name.
 */
export async function assignCanonicalId(db: Db, shop: string, names: readonly string[]): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new RangeError('an order report needs a name');
  const known = new Map(
    (
      await forParts(names, (part) =>
        db
          .selectFrom('order_names')
          .select(['name', 'canonical_id'])
          .where('shop', '=', shop)
          .where('name', 'in', part)
          .execute(),
      )
    ).map((row) => [row.name, row.canonical_id]),
  );
  const canonicalIds = [...new Set(names.map((name) => known.get(name)).filter((id) => id !== undefined))];
  const [canonicalId = first, ...others] = canonicalIds;
  const fresh = names.filter((name) => !known.has(name));
  await forParts(
    [...new Set(fresh)].map((name) => ({ shop, name, canonical_id: canonicalId })),
    (part) =>
      db
        .insertInto('order_names')
        .values(part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
  for (const other of others) await joinOrders(db, shop, other, canonicalId);
  return canonicalId;
}
