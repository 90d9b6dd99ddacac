import { forParts, inParts, isAmong } from './rows.ts';
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
        .where(isAmong(db, near, part));
      // Prefixes of people sort around those of tokens: a, c, e < k, t < u.
      if (isToPeople) rows = rows.where((eb) => eb.not(eb.and([eb(far, '>=', 'f'), eb(far, '<', 'u')])));
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

/** A person that marketing reached, and when: nothing earlier can be credited to that. Epoch ms. */
export interface Touched {
  person: string;
  at: number;
}

/** For what is credited anew whenever it happened. */
const EVER = Number.NEGATIVE_INFINITY;

/**
 * Marks the orders and actions whose credit may have changed: those of people with a new touch or of ids linked to them,
 * from that touch on, and all of ids that were newly linked to a person. What is marked already is not written again.
 *
 * @param linked pairs that are new.
 */
export async function markForAttribution(
  db: Db,
  shop: string,
  touched: readonly Touched[],
  linked: readonly Pair[],
): Promise<void> {
  const fresh = countPeople(linked);
  if (touched.length + fresh.size === 0) return;
  /** From when on things of an id are marked. */
  const reached = new Map<string, number>();
  const reach = (id: string, from: number) => reached.set(id, Math.min(from, reached.get(id) ?? from));
  for (const { person, at } of touched) reach(person, at);
  /** Links of this id were followed before the new pairs, or still are. */
  const wasFollowed = followedAmong(await linksToPeople(db, shop, [...fresh.keys()]), linked);
  const near = await linksOf(db, shop, [...reached.keys()]);
  reachAlong(near, reached, reach);
  // An order may know its visitor by a token alone, and the visitor's id at Customer.io counts for it.
  const visitors = new Map<string, number>();
  const reachVisitor = ({ one, other }: Pair, from: number) => {
    if (![one, other].some((id) => id.startsWith('c:'))) return;
    for (const id of [one, other])
      if (id.startsWith('a:')) visitors.set(id, Math.min(from, visitors.get(id) ?? from));
  };
  for (const pair of near) reachVisitor(pair, fromOfPair(pair, reached));
  for (const pair of linked) reachVisitor(pair, EVER);
  reachAlong(await linksOf(db, shop, [...visitors.keys()]), visitors, (id, from) => {
    if (isToken(id)) reach(id, from);
  });
  for (const pair of linked) {
    const { one, other } = pair;
    if (!isToken(other) && wasFollowed(one, pair)) reach(one, EVER);
    if (!isToken(one) && wasFollowed(other, pair)) reach(other, EVER);
  }
  await markThings(db, shop, reached);
}

/** The earlier of the times at which the two of a pair were reached. */
const fromOfPair = ({ one, other }: Pair, reached: ReadonlyMap<string, number>) =>
  Math.min(...[reached.get(one), reached.get(other)].filter((from) => from !== undefined));

/** Both ids of each pair are reached from when either of `origins` was. */
function reachAlong(
  pairs: readonly Pair[],
  origins: ReadonlyMap<string, number>,
  reach: (id: string, from: number) => void,
): void {
  const before = new Map(origins);
  for (const pair of pairs) for (const id of [pair.one, pair.other]) reach(id, fromOfPair(pair, before));
}

/** Marks what these people have from that time on. Orders that are not counted have no time. */
async function markThings(db: Db, shop: string, reached: ReadonlyMap<string, number>): Promise<void> {
  const fromOf = new Map<string, number>();
  for (const part of inParts([...reached.keys()])) {
    const rows = await db
      .selectFrom('people')
      .select(['person', 'thing'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .execute();
    for (const { person, thing } of rows)
      fromOf.set(thing, Math.min(reached.get(person) ?? EVER, fromOf.get(thing) ?? Number.POSITIVE_INFINITY));
  }
  const { orders, actions } = splitThings(fromOf.keys());
  const credited = await forParts(orders, (part) =>
    db
      .selectFrom('orders')
      .select(['canonical_id', 'at', 'counted'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'canonical_id', part))
      .where('needs_attribution', '=', 0)
      .where('closed', '=', 0)
      .execute(),
  );
  const dirty = credited.filter(
    ({ canonical_id: id, at, counted }) =>
      Number(counted) === 0 || Number(at) >= (fromOf.get(orderThing(id)) ?? EVER),
  );
  for (const part of inParts(dirty.map((order) => order.canonical_id)))
    await db
      .updateTable('orders')
      .set({ needs_attribution: 1 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'canonical_id', part))
      .execute();
  await markActionsForAttribution(db, shop, actions, fromOf);
}

/** Canonical ids of orders, and ids of actions. */
export function splitThings(things: Iterable<string>): { orders: string[]; actions: string[] } {
  const { orders = [], actions = [] } = Object.groupBy(things, (thing) =>
    thing.startsWith(ORDER_THING) ? 'orders' : 'actions',
  );
  return { orders: orders.map((thing) => thing.slice(ORDER_THING.length)), actions };
}

/** @param fromOf those that happened before this time are left out, by id. */
export async function markActionsForAttribution(
  db: Db,
  shop: string,
  ids: readonly string[],
  fromOf: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const credited = await forParts(ids, (part) =>
    db
      .selectFrom('actions')
      .select(['id', 'at'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'id', part))
      .where('needs_attribution', '=', 0)
      .where('closed', '=', 0)
      .execute(),
  );
  const dirty = credited.filter(({ id, at }) => Number(at) >= (fromOf.get(id) ?? EVER));
  for (const part of inParts(dirty.map(({ id }) => id)))
    await db
      .updateTable('actions')
      .set({ needs_attribution: 1 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'id', part))
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
