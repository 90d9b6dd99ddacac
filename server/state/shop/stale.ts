import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

/** How an order is called among the things people had a part in; an action is called by its id. */
export const orderThing = (root: string) => `${ORDER_THING}${root}`;
export const ORDER_THING = 'order:';

/** Each pair that any of these is in. */
export async function linksOf(
  db: Db,
  shop: string,
  people: readonly string[],
): Promise<{ one: string; other: string }[]> {
  const found = new Map<string, { one: string; other: string }>();
  for (const part of inParts(people)) {
    const rows = db.selectFrom('links').select(['one', 'other']).where('shop', '=', shop);
    for (const ends of ['one', 'other'] as const)
      for (const pair of await rows.where(ends, 'in', part).execute())
        found.set(`${pair.one}\n${pair.other}`, pair);
  }
  return [...found.values()];
}

/** Who is linked to more ids than this is nobody in particular: a test account, a till. */
export const MOST_LINKS = 200;

/**
 * What these people, or those linked to them, had a part in has to be credited anew.
 *
 * @param touched who was reached anew. @param linked pairs of ids not known to belong together before.
 */
export async function markStale(
  db: Db,
  shop: string,
  touched: readonly string[],
  linked: readonly { one: string; other: string }[],
): Promise<void> {
  const fresh = countEnds(linked);
  const people = [...new Set([...touched, ...fresh.keys()])];
  if (people.length === 0) return;
  const links = await linksOf(db, shop, people);
  const all = countEnds(links);
  /** Until now its links counted, or they still do. */
  const didCount = (id: string) => (all.get(id) ?? 0) - (fresh.get(id) ?? 0) <= MOST_LINKS;
  const isOne = new Set(people);
  const reached = new Set(touched);
  for (const id of fresh.keys()) if (didCount(id)) reached.add(id);
  for (const { one, other } of links) {
    if (isOne.has(one) && didCount(one)) reached.add(other);
    if (isOne.has(other) && didCount(other)) reached.add(one);
  }
  const things = new Set<string>();
  for (const part of inParts([...reached])) {
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

/** How many of the pairs each id is an end of. */
export function countEnds(pairs: readonly { one: string; other: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { one, other } of pairs)
    for (const end of [one, other]) counts.set(end, (counts.get(end) ?? 0) + 1);
  return counts;
}
