import { markDirty, targetsOfRow } from './dirty-targets.ts';
import { orderThing } from './needs-attribution.ts';
import { forParts, insertRows, isAmong } from './rows.ts';
import type { Db } from './tables.ts';
import { uniqueBy } from './unique.ts';

/**
 * Orders turn out to be one: everything of the others becomes its.
 *
 * @param joined by its id those of the others. Where it has no row yet, the first of them with one gives it its own.
 */
export async function joinOrders(
  db: Db,
  shop: string,
  joined: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const idOf = new Map([...joined].flatMap(([to, others]) => others.map((from) => [from, to] as const)));
  const others = [...idOf.keys()];
  const renamed = <Row extends { canonical_id: string }>(row: Row): Row => ({
    ...row,
    canonical_id: idOf.get(row.canonical_id) ?? row.canonical_id,
  });
  for (const table of ['order_names', 'order_reports'] as const) {
    const rows = await forParts(others, (part) =>
      db
        .deleteFrom(table as 'order_names')
        .where('shop', '=', shop)
        .where(isAmong(db, 'canonical_id', part))
        .returningAll()
        .execute(),
    );
    await forParts(rows.map(renamed), (part) => insertRows(db, table as 'order_names', part).execute());
  }
  const orders = await forParts(others, (part) =>
    db
      .deleteFrom('orders')
      .where('shop', '=', shop)
      .where(isAmong(db, 'canonical_id', part))
      .returningAll()
      .execute(),
  );
  await markDirty(db, shop, orders.flatMap(targetsOfRow));
  const placeOf = new Map(others.map((id, place) => [id, place]));
  const inOrder = orders.toSorted(
    (a, b) => (placeOf.get(a.canonical_id) ?? 0) - (placeOf.get(b.canonical_id) ?? 0),
  );
  await forParts(
    uniqueBy(
      inOrder.map((order) => ({ ...renamed(order), needs_attribution: 1 })),
      (order) => order.canonical_id,
      (first) => first,
    ),
    (part) =>
      insertRows(db, 'orders', part)
        .onConflict((conflict) =>
          conflict.columns(['shop', 'canonical_id']).doUpdateSet({ needs_attribution: 1 }),
        )
        .execute(),
  );
  const thingOf = new Map([...idOf].map(([from, to]) => [orderThing(from), orderThing(to)]));
  const people = await forParts([...thingOf.keys()], (part) =>
    db
      .deleteFrom('people')
      .where('shop', '=', shop)
      .where(isAmong(db, 'thing', part))
      .returningAll()
      .execute(),
  );
  await forParts(
    people.map((row) => ({ ...row, thing: thingOf.get(row.thing) ?? row.thing })),
    (part) =>
      insertRows(db, 'people', part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
}
