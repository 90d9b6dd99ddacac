import type { Facts } from '../facts.ts';
import type { Visitor } from '../store.ts';
import { isLatestSaid } from './conflicts.ts';
import { markDirty, targetsOf } from './dirty-targets.ts';
import { markForAttribution } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { putMessages, putTouches, putVisits } from './put-marketing.ts';
import { putActions, putOrderReports } from './put-orders.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';
import { firstReceived, latestSaid, uniqueBy } from './unique.ts';

/** Writes down what a batch of events said. Every row has a key of its own, so that a second time changes nothing. */
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

async function putVisitors(db: Db, shop: string, visitors: readonly Visitor[]): Promise<void> {
  const latest = uniqueBy(visitors, ({ anonymousId }) => anonymousId, latestSaid);
  const rows = latest.map((visitor) => ({
    shop,
    anonymous_id: visitor.anonymousId,
    seen_at: Date.parse(visitor.seenAt),
    body: JSON.stringify(visitor),
  }));
  await forParts(rows, (part) =>
    db
      .insertInto('visitors')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'anonymous_id'])
          .doUpdateSet((eb) => ({ seen_at: eb.ref('excluded.seen_at'), body: eb.ref('excluded.body') }))
          .where(isLatestSaid),
      )
      .execute(),
  );
}
/** Answers those not known before. */
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
