import { markDirty, targetsOfRow } from './dirty-targets.ts';
import { orderThing } from './needs-attribution.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';

/**
 * The name under which an order is counted: the store's canonical id. Orders that turn out to be one are counted under
 * the first name that is known.
 */
export async function assignCanonicalId(db: Db, shop: string, names: readonly string[]): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new RangeError('an order without a name cannot be told from others');
  const known = new Map(
    (
      await forParts(names, (part) =>
        db
          .selectFrom('order_names')
          .select(['name', 'root'])
          .where('shop', '=', shop)
          .where('name', 'in', part)
          .execute(),
      )
    ).map(({ name, root }) => [name, root]),
  );
  const roots = [...new Set(names.map((name) => known.get(name)).filter((root) => root !== undefined))];
  const [root = first, ...others] = roots;
  const fresh = names.filter((name) => !known.has(name));
  await forParts(
    [...new Set(fresh)].map((name) => ({ shop, name, root })),
    (part) =>
      db
        .insertInto('order_names')
        .values(part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
  for (const other of others) await join(db, shop, other, root);
  return root;
}

/** Two orders turn out to be one. */
async function join(db: Db, shop: string, from: string, to: string): Promise<void> {
  await db
    .updateTable('order_names')
    .set({ root: to })
    .where('shop', '=', shop)
    .where('root', '=', from)
    .execute();
  await db
    .updateTable('sightings')
    .set({ root: to })
    .where('shop', '=', shop)
    .where('root', '=', from)
    .execute();
  const moved = await db
    .deleteFrom('orders')
    .where('shop', '=', shop)
    .where('root', '=', from)
    .returningAll()
    .execute();
  await markDirty(db, shop, moved.flatMap(targetsOfRow));
  await forParts(moved, (part) =>
    db
      .insertInto('orders')
      .values(part.map((order) => ({ ...order, root: to, stale: 1 })))
      .onConflict((conflict) => conflict.columns(['shop', 'root']).doUpdateSet({ stale: 1 }))
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
  const reports = await db
    .deleteFrom('reports')
    .where('shop', '=', shop)
    .where('name', '=', from)
    .returningAll()
    .execute();
  await forParts(reports, (part) =>
    db
      .insertInto('reports')
      .values(part.map((report) => ({ ...report, name: to })))
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}
