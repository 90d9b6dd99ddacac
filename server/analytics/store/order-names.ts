import { markDirty, targetsOfRow } from './dirty-targets.ts';
import { orderThing } from './needs-attribution.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';

/**
 * The first name of the order that has any of these names, new or known. Names that met for the first time make one
 * order of several; it keeps the name that was known first of all in the order given.
 */
export async function assignCanonicalId(
  db: Db,
  shop: string,
  names: readonly string[],
  source: 'browser' | 'webhook',
): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new RangeError('an order without a name cannot be told from others');
  if (source === 'webhook') await leaveToOthers(db, shop, names);
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
  const [root = first, ...rest] = roots;
  // Names can be guessed, and a page may write what it likes: it joins nothing that the shop knows as two.
  const told = source === 'webhook' ? new Set<string>() : await claimed(db, shop, roots);
  const others = rest.filter((other) => !(told.has(root) && told.has(other)));
  const claim = source === 'webhook' ? [claimOf(first)] : [];
  const fresh = [...names, ...claim].filter((name) => !known.has(name));
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

/** Under which the shop's own server knows an order. Names are trimmed, so no page can write it. */
const claimOf = (name: string) => ` ${name}`;

/** Which of these orders the shop's own server told of. */
async function claimed(db: Db, shop: string, roots: readonly string[]): Promise<Set<string>> {
  if (roots.length < 2) return new Set();
  const rows = await forParts(roots, (part) =>
    db
      .selectFrom('order_names')
      .select('root')
      .where('shop', '=', shop)
      .where('root', 'in', part)
      .where('name', 'like', ' %')
      .execute(),
  );
  return new Set(rows.map(({ root }) => root));
}

/** Names that led to an order which the shop calls otherwise are nobody's again: a page had them, wrongly. */
async function leaveToOthers(db: Db, shop: string, names: readonly string[]): Promise<void> {
  const led = await forParts(names, (part) =>
    db
      .selectFrom('order_names as mine')
      .innerJoin('order_names as theirs', (on) =>
        on.onRef('theirs.shop', '=', 'mine.shop').onRef('theirs.root', '=', 'mine.root'),
      )
      .select(['mine.name', 'theirs.name as claim'])
      .where('mine.shop', '=', shop)
      .where('mine.name', 'in', part)
      .where('theirs.name', 'like', ' %')
      .execute(),
  );
  const own = new Set(names.map(claimOf));
  const byName = Map.groupBy(led, ({ name }) => name);
  const foreign = [...byName].filter(([, claims]) => claims.every(({ claim }) => !own.has(claim)));
  await forParts(
    foreign.map(([name]) => name),
    (part) => db.deleteFrom('order_names').where('shop', '=', shop).where('name', 'in', part).execute(),
  );
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
