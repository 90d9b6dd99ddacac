import type { Facts } from '../facts.ts';
import type { Visitor } from '../store.ts';
import { linksInBound } from './bounds.ts';
import { isLinkedAnew, linkedOf } from './conflicts.ts';
import { markDirty, targetsOf } from './dirty-targets.ts';
import { markForAttribution, type Pair } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { putMessages, putTouches, putVisits } from './put-marketing.ts';
import { putActions, putOrderReports } from './put-orders.ts';
import { forParts, insertRows } from './rows.ts';
import type { Db } from './tables.ts';
import { firstLinked, uniqueBy } from './unique.ts';
import { putVisitors } from './visitors.ts';

/**
 * Stores the facts of a batch of events. Every row has a key of its own, so applying facts again is idempotent.
 *
 * @returns how many landings, carts and checkouts are too many of one id, so that it is not credited by them.
 */
export async function applyFacts(
  db: Db,
  shop: string,
  facts: Facts,
  visitors: readonly Visitor[],
  pseudonym: Pseudonym,
): Promise<number> {
  await putVisitors(db, shop, visitors);
  const linked = await putLinks(db, shop, facts.links);
  const { touched, leftOut } = await putTouches(db, shop, facts.touches);
  await putVisits(db, shop, facts.visits, pseudonym);
  await putMessages(db, shop, facts.messages, pseudonym);
  const actionsLeftOut = await putActions(db, shop, facts.actions);
  await putOrderReports(db, shop, facts);
  await markForAttribution(db, shop, touched, linked);
  await markDirty(
    db,
    shop,
    [...facts.visits, ...facts.messages].flatMap((fact) => targetsOf(fact)),
  );
  return leftOut + actionsLeftOut;
}

/** @returns the pairs that are new, or are proven now. */
async function putLinks(db: Db, shop: string, links: Facts['links']): Promise<Pair[]> {
  const rows = uniqueBy(
    links.map(({ one, other, receivedAtMs, isProven = false }) => {
      const row = { shop, received_at: receivedAtMs, proven: Number(isProven) };
      return one < other ? { ...row, one, other } : { ...row, one: other, other: one };
    }),
    ({ one, other }) => `${one}\n${other}`,
    firstLinked,
  );
  return forParts(await linksInBound(db, shop, rows), (part) =>
    insertRows(db, 'links', part)
      .onConflict((conflict) =>
        conflict.columns(['shop', 'one', 'other']).doUpdateSet(linkedOf).where(isLinkedAnew),
      )
      .returning(['one', 'other', 'proven'])
      .execute(),
  );
}
