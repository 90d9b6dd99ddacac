import { joinOrders } from './join-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * Finds or creates the order with any of these names. Names reported together for the first time may join several
 * orders; the joined order keeps the canonical id that is known for the earliest of `names`.
 *
 * @returns the order's canonical id: a new order's first name.
 * @throws {RangeError} without a name.
 */
export async function assignCanonicalId(
  db: Db,
  shop: string,
  names: readonly string[],
  source: 'browser' | 'webhook',
): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new RangeError('an order report needs a name');
  if (source === 'webhook') await releaseNames(db, shop, names);
  const known = new Map(
    (
      await forParts(names, (part) =>
        db
          .selectFrom('order_names')
          .select(['name', 'canonical_id'])
          .where('shop', '=', shop)
          .where('name', 'in', part)
          .execute(),
      )
    ).map((row) => [row.name, row.canonical_id]),
  );
  const canonicalIds = [...new Set(names.map((name) => known.get(name)).filter((id) => id !== undefined))];
  const [canonicalId = first, ...rest] = canonicalIds;
  // Names can be guessed and a page may send any: it joins no two orders that the shop's server reported.
  const claimed = source === 'webhook' ? new Set<string>() : await claimedAmong(db, shop, canonicalIds);
  const others = rest.filter((other) => !(claimed.has(canonicalId) && claimed.has(other)));
  const claim = source === 'webhook' ? [claimOf(first)] : [];
  const fresh = [...names, ...claim].filter((name) => !known.has(name));
  await forParts(
    [...new Set(fresh)].map((name) => ({ shop, name, canonical_id: canonicalId })),
    (part) =>
      db
        .insertInto('order_names')
        .values(part)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
  );
  for (const other of others) await joinOrders(db, shop, other, canonicalId);
  return canonicalId;
}

/** The name that marks an order as reported by the shop's server. Names are trimmed, so no page can send it. */
const claimOf = (name: string) => ` ${name}`;

/** Those of these orders that the shop's server reported. */
async function claimedAmong(db: Db, shop: string, canonicalIds: readonly string[]): Promise<Set<string>> {
  if (canonicalIds.length < 2) return new Set();
  const rows = await forParts(canonicalIds, (part) =>
    db
      .selectFrom('order_names')
      .select('canonical_id')
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .where('name', 'like', ' %')
      .execute(),
  );
  return new Set(rows.map((row) => row.canonical_id));
}

/** Deletes names that a page gave to orders which the shop's server knows by other names. */
async function releaseNames(db: Db, shop: string, names: readonly string[]): Promise<void> {
  const claims = await forParts(names, (part) =>
    db
      .selectFrom('order_names as mine')
      .innerJoin('order_names as theirs', (on) =>
        on.onRef('theirs.shop', '=', 'mine.shop').onRef('theirs.canonical_id', '=', 'mine.canonical_id'),
      )
      .select(['mine.name', 'theirs.name as claim'])
      .where('mine.shop', '=', shop)
      .where('mine.name', 'in', part)
      .where('theirs.name', 'like', ' %')
      .execute(),
  );
  const own = new Set(names.map(claimOf));
  const byName = Map.groupBy(claims, ({ name }) => name);
  const foreign = [...byName].filter(([, found]) => found.every(({ claim }) => !own.has(claim)));
  await forParts(
    foreign.map(([name]) => name),
    (part) => db.deleteFrom('order_names').where('shop', '=', shop).where('name', 'in', part).execute(),
  );
}
