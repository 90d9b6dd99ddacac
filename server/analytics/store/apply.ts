import type { Facts } from '../facts.ts';
import type { Visitor } from '../store.ts';
import { markDirty, targetsOf } from './dirty-targets.ts';
import { markForAttribution } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { putMessages, putTouches, putVisits } from './put-marketing.ts';
import { putActions, putOrderReports } from './put-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';
import { firstReceived, uniqueBy } from './unique.ts';
import { putVisitors } from './visitors.ts';

/** Stores the facts of a batch of events. Every row has a key of its own, so applying facts again is idempotent. */
export async function applyFacts(
  db: Db,
  shop: string,
  facts: Facts,
  visitors: readonly Visitor[],
  pseudonym: Pseudonym,
): Promise<void> {
  await putVisitors(db, shop, visitors);
  const linked = await putLinks(db, shop, facts.links);
  const touched = await putTouches(db, shop, facts.touches);
  await putVisits(db, shop, facts.visits, pseudonym);
  await putMessages(db, shop, facts.messages, pseudonym);
  await putActions(db, shop, facts.actions);
  await putOrderReports(db, shop, facts.orderReports);
  await markForAttribution(db, shop, [...new Set(touched)], linked);
  await markDirty(
    db,
    shop,
    [...facts.visits, ...facts.messages].flatMap((fact) => targetsOf(fact)),
  );
}

/** @returns the pairs that are new. */
async function putLinks(
  db: Db,
  shop: string,
  links: Facts['links'],
): Promise<{ one: string; other: string }[]> {
  const rows = uniqueBy(
    links.map(({ one, other, receivedAtMs }) =>
      one < other
        ? { shop, one, other, received_at: receivedAtMs }
        : { shop, one: other, other: one, received_at: receivedAtMs },
    ),
    ({ one, other }) => `${one}\n${other}`,
    firstReceived,
  );
  return forParts(rows, (part) =>
    db
      .insertInto('links')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'one', 'other'])
          .doUpdateSet((eb) => ({ received_at: eb.ref('excluded.received_at') }))
          .whereRef('excluded.received_at', '<', 'links.received_at'),
      )
      .returning(['one', 'other'])
      .execute(),
  );
}
