import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

/** How an order is called among the things people had a part in; an action is called by its id. */
export const orderThing = (root: string) => `${ORDER_THING}${root}`;
export const ORDER_THING = 'order:';

interface Pair {
  one: string;
  other: string;
}

/** Each pair that any of these is in. */
export const linksOf = (db: Db, shop: string, ids: readonly string[]): Promise<Pair[]> =>
  pairsOf(db, shop, ids, false);

/** Each pair of any of these with a person: what a buyer's hundred carts have in common is only the buyer. */
export const linksToPeople = (db: Db, shop: string, ids: readonly string[]): Promise<Pair[]> =>
  pairsOf(db, shop, ids, true);

async function pairsOf(db: Db, shop: string, ids: readonly string[], isToPeople: boolean): Promise<Pair[]> {
  const found = new Map<string, Pair>();
  for (const part of inParts(ids))
    for (const [near, far] of [
      ['one', 'other'],
      ['other', 'one'],
    ] as const) {
      let rows = db
        .selectFrom('links')
        .select(['one', 'other'])
        .where('shop', '=', shop)
        .where(near, 'in', part);
      // By kind: a, c and e are before the tokens k and t, u is behind them.
      if (isToPeople) rows = rows.where((eb) => eb.or([eb(far, '<', 'f'), eb(far, '>=', 'u')]));
      for (const pair of await rows.execute()) found.set(`${pair.one}\n${pair.other}`, pair);
    }
  return [...found.values()];
}

/** Who is linked to more people than this is nobody in particular: a test account, a till. */
export const MOST_LINKS = 200;

const isToken = (id: string) => /^[kt]:/.test(id);

/**
 * What has to be credited anew: whatever these people, or ids linked to them, had a part in; and whatever an id that was
 * linked to a person had a part in.
 *
 * @param touched who was reached anew. @param linked pairs not known to belong together before.
 */
export async function markForAttribution(
  db: Db,
  shop: string,
  touched: readonly string[],
  linked: readonly Pair[],
): Promise<void> {
  const fresh = countPeople(linked);
  if (touched.length + fresh.size === 0) return;
  const all = countPeople(await linksToPeople(db, shop, [...fresh.keys()]));
  /** Its links counted until now, or they still do. */
  const didCount = (id: string) => (all.get(id) ?? 0) - (fresh.get(id) ?? 0) <= MOST_LINKS;
  const near = await linksOf(db, shop, touched);
  const reached = new Set([...touched, ...near.flatMap(({ one, other }) => [one, other])]);
  for (const { one, other } of linked) {
    if (!isToken(other) && didCount(one)) reached.add(one);
    if (!isToken(one) && didCount(other)) reached.add(other);
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
  await markActionsForAttribution(db, shop, actions);
}

/** The credit of these carts and checkouts has to be looked at again. */
export async function markActionsForAttribution(db: Db, shop: string, ids: readonly string[]): Promise<void> {
  for (const part of inParts(ids))
    await db
      .updateTable('actions')
      .set({ stale: 1 })
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .where('closed', '=', 0)
      .execute();
}

/** How many people each id is linked to by these pairs. */
export function countPeople(pairs: readonly Pair[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (id: string, linkedTo: string) => {
    if (!isToken(linkedTo)) counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const { one, other } of pairs) {
    add(one, other);
    add(other, one);
  }
  return counts;
}
