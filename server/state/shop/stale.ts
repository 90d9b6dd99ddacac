import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

/** How an order is called among the things people had a part in; an action is called by its id. */
export const orderThing = (root: string) => `${ORDER_THING}${root}`;
export const ORDER_THING = 'order:';

/** Whoever is linked to any of these, by one step. */
export async function linksOf(
  db: Db,
  shop: string,
  people: readonly string[],
): Promise<{ one: string; other: string }[]> {
  const found: { one: string; other: string }[] = [];
  for (const part of inParts(people)) {
    const rows = db.selectFrom('links').select(['one', 'other']).where('shop', '=', shop);
    found.push(...(await rows.where('one', 'in', part).execute()));
    found.push(...(await rows.where('other', 'in', part).execute()));
  }
  return found;
}

/** What these people, or those linked to them, had a part in has to be credited anew. */
export async function markStale(db: Db, shop: string, people: readonly string[]): Promise<void> {
  if (people.length === 0) return;
  const links = await linksOf(db, shop, people);
  const reached = [...new Set([...people, ...links.flatMap(({ one, other }) => [one, other])])];
  const things = new Set<string>();
  for (const part of inParts(reached)) {
    const rows = await db
      .selectFrom('people')
      .select('thing')
      .where('shop', '=', shop)
      .where('person', 'in', part)
      .execute();
    for (const { thing } of rows) things.add(thing);
  }
  const orders = [...things]
    .filter((thing) => thing.startsWith(ORDER_THING))
    .map((thing) => thing.slice(ORDER_THING.length));
  const actions = [...things].filter((thing) => !thing.startsWith(ORDER_THING));
  for (const part of inParts(orders))
    await db
      .updateTable('orders')
      .set({ stale: 1 })
      .where('shop', '=', shop)
      .where('root', 'in', part)
      .where('closed', '=', 0)
      .execute();
  await markActionsStale(db, shop, actions);
}

/** The credit of these carts and checkouts has to be looked at again. */
export async function markActionsStale(db: Db, shop: string, ids: readonly string[]): Promise<void> {
  for (const part of inParts(ids))
    await db
      .updateTable('actions')
      .set({ stale: 1 })
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .where('closed', '=', 0)
      .execute();
}
