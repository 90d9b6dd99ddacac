import { markDirty, targetsOfRow } from './dirty-targets.ts';
import { orderThing } from './needs-attribution.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/** Two orders turn out to be one: everything of `from` becomes `to`'s. */
export async function joinOrders(db: Db, shop: string, from: string, to: string): Promise<void> {
  for (const table of ['order_names', 'order_reports'] as const)
    await db
      .updateTable(table)
      .set({ canonical_id: to })
      .where('shop', '=', shop)
      .where('canonical_id', '=', from)
      .execute();
  const orders = await db
    .deleteFrom('orders')
    .where('shop', '=', shop)
    .where('canonical_id', '=', from)
    .returningAll()
    .execute();
  await markDirty(db, shop, orders.flatMap(targetsOfRow));
  await forParts(orders, (part) =>
    db
      .insertInto('orders')
      .values(part.map((order) => ({ ...order, canonical_id: to, needs_attribution: 1 })))
      .onConflict((conflict) =>
        conflict.columns(['shop', 'canonical_id']).doUpdateSet({ needs_attribution: 1 }),
      )
      .execute(),
  );
  const people = await db
    .deleteFrom('people')
    .where('shop', '=', shop)
    .where('thing', '=', orderThing(from))
    .returning('person')
    .execute();
  await forParts(people, (part) =>
    db
      .insertInto('people')
      .values(part.map(({ person }) => ({ shop, person, thing: orderThing(to) })))
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}
