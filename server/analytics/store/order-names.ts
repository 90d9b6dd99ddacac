import type { Facts, OrderReport } from '../facts.ts';
import { joinOrders } from './join-orders.ts';
import { forParts, insertRows, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * The id under which each report's order is counted: the store's, or the one it was merged into. The store alone decides
 * which reports belong to one order; other names are kept so that the order is found by them, and serve reports that an
 * earlier version stored without the store's id.
 *
 * A name alone never decides: what a page invented before the shop system reported orders may have it.
 *
 * @param merges come first: what was, or will be, reported of `from` is counted under `to`.
 */
export async function canonicalIdsOf(
  db: Db,
  shop: string,
  merges: Facts['merges'],
  reports: readonly OrderReport[],
): Promise<string[]> {
  const all = [...merges.flatMap(({ from, to }) => [from, to]), ...reports.flatMap(namesOf)];
  const rows = await forParts([...new Set(all)], (part) =>
    db
      .selectFrom('order_names')
      .select(['name', 'canonical_id'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'name', part))
      .execute(),
  );
  const stored = new Map(rows.map((row) => [row.name, row.canonical_id]));
  const known = new Map(stored);
  /** Names that are new are the order's from here on. */
  const canonicalIdOf = (deciding: readonly string[], names: readonly string[], orderId: string): string => {
    const id = deciding.map((name) => known.get(name)).find((found) => found !== undefined) ?? orderId;
    for (const name of names) if (!known.has(name)) known.set(name, id);
    return id;
  };
  /** The ids that became another, by that. */
  const joined = new Map<string, string[]>();
  for (const { from, to } of merges) {
    const [target, source] = [to, from].map((id) => canonicalIdOf([id], [id], id)) as [string, string];
    if (source === target) continue;
    joined.set(target, [...(joined.get(target) ?? []), source, ...(joined.get(source) ?? [])]);
    joined.delete(source);
    for (const [name, id] of known) if (id === source) known.set(name, target);
  }
  await joinOrders(db, shop, joined);
  const ids = reports.map((report) => {
    const names = namesOf(report);
    return canonicalIdOf(report.isByNames ? names : [report.orderId], names, report.orderId);
  });
  const fresh = [...known].filter(([name]) => !stored.has(name));
  await forParts(
    fresh.map(([name, canonical_id]) => ({ shop, name, canonical_id })),
    (part) =>
      insertRows(db, 'order_names', part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
  return ids;
}

const namesOf = ({ orderId, names }: OrderReport) => [orderId, ...names];
