import { inParts } from './rows.ts';
import type { Db } from './tables.ts';

/** The key of an order in the table `people`; an action's key there is its id. */
export const orderThing = (canonicalId: string) => `${ORDER_THING}${canonicalId}`;
const ORDER_THING = 'order:';

export interface Pair {
  one: string;
  other: string;
  /** 1: a voice proved it whose word links persons. */
  proven: number;
}

/** Every pair with one of these ids. */
export const linksOf = (db: Db, shop: string, ids: readonly string[]): Promise<Pair[]> =>
  pairsOf(db, shop, ids, false);

/** Every pair of one of these ids with an id of a person; links to tokens (a buyer's hundred carts) are left out. */
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
        .select(['one', 'other', 'proven'])
        .where('shop', '=', shop)
        .where(near, 'in', part);
      // Prefixes of people sort around those of tokens: a, c, e < k, t < u.
      if (isToPeople) rows = rows.where((eb) => eb.or([eb(far, '<', 'f'), eb(far, '>=', 'u')]));
      for (const pair of await rows.execute()) found.set(`${pair.one}\n${pair.other}`, pair);
    }
  return [...found.values()];
}

/** Links of an id with more people than this are not followed: it is a test account or a till. */
const MAX_LINKS = 200;

export const isProven = ({ proven }: Pair): boolean => Number(proven) === 1;

/**
 * Whether links of an id are followed, by all pairs with it. Proven ones are counted by themselves: anybody can claim to
 * be a customer two hundred times.
 *
 * @param without pairs that are not counted.
 */
export function followedAmong(pairs: readonly Pair[], without: readonly Pair[] = []) {
  const [all, proven] = [pairs, pairs.filter(isProven)].map(countPeople);
  const [less, lessProven] = [without, without.filter(isProven)].map(countPeople);
  return (id: string, pair: Pair): boolean => {
    const [counted, left] = isProven(pair) ? [proven, lessProven] : [all, less];
    return (counted?.get(id) ?? 0) - (left?.get(id) ?? 0) <= MAX_LINKS;
  };
}

export const isToken = (id: string) => /^[kt]:/.test(id);

/**
 * Marks the orders and actions whose credit may have changed: those of these people or of ids linked to them, and those
 * of ids that were newly linked to a person.
 *
 * @param touched people with a new touch.
 * @param linked pairs that are new.
 */
export async function markForAttribution(
  db: Db,
  shop: string,
  touched: readonly string[],
  linked: readonly Pair[],
): Promise<void> {
  const fresh = countPeople(linked);
  if (touched.length + fresh.size === 0) return;
  /** Links of this id were followed before the new pairs, or still are. */
  const wasFollowed = followedAmong(await linksToPeople(db, shop, [...fresh.keys()]), linked);
  const near = await linksOf(db, shop, touched);
  const reached = new Set([...touched, ...near.flatMap(({ one, other }) => [one, other])]);
  // An order may know its visitor by a token alone, and the visitor's id at Customer.io counts for it.
  const cioIds = (pairs: readonly Pair[]) =>
    pairs.map(({ one, other }) => [one, other]).filter((ids) => ids.some((id) => id.startsWith('c:')));
  const visitors = [...cioIds(near), ...cioIds(linked)].flat().filter((id) => id.startsWith('a:'));
  for (const { one, other } of await linksOf(db, shop, [...new Set(visitors)]))
    for (const id of [one, other]) if (isToken(id)) reached.add(id);
  for (const pair of linked) {
    const { one, other } = pair;
    if (!isToken(other) && wasFollowed(one, pair)) reached.add(one);
    if (!isToken(one) && wasFollowed(other, pair)) reached.add(other);
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
  const { orders, actions } = splitThings(things);
  for (const part of inParts(orders))
    await db
      .updateTable('orders')
      .set({ needs_attribution: 1 })
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .where('closed', '=', 0)
      .execute();
  await markActionsForAttribution(db, shop, actions);
}

/** Canonical ids of orders, and ids of actions. */
export function splitThings(things: Iterable<string>): { orders: string[]; actions: string[] } {
  const { orders = [], actions = [] } = Object.groupBy(things, (thing) =>
    thing.startsWith(ORDER_THING) ? 'orders' : 'actions',
  );
  return { orders: orders.map((thing) => thing.slice(ORDER_THING.length)), actions };
}

export async function markActionsForAttribution(db: Db, shop: string, ids: readonly string[]): Promise<void> {
  for (const part of inParts(ids))
    await db
      .updateTable('actions')
      .set({ needs_attribution: 1 })
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .where('closed', '=', 0)
      .execute();
}

/** How many people each id is linked to by these pairs. */
function countPeople(pairs: readonly Pick<Pair, 'one' | 'other'>[]): Map<string, number> {
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
