import type { Facts, PersonKey } from '../facts.ts';
import { earlierOf, isEarlier } from './conflicts.ts';
import { markActionsForAttribution, orderThing } from './needs-attribution.ts';
import { assignCanonicalId } from './order-names.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';
import { earliest, uniqueBy } from './unique.ts';

/** Of a checkout told of twice the earlier time counts. */
export async function putActions(db: Db, shop: string, actions: Facts['actions']): Promise<void> {
  const rows = uniqueBy(
    actions.map(({ id, kind, atMs, receivedAtMs }) => ({
      shop,
      id,
      kind,
      at: atMs,
      received_at: receivedAtMs,
      stale: 1,
      closed: 0,
      marketing_event: null,
    })),
    ({ id }) => id,
    earliest,
  );
  await forParts(rows, (part) =>
    db
      .insertInto('actions')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'id'])
          .doUpdateSet({ ...earlierOf('actions'), stale: 1 })
          .where(isEarlier('actions'))
          .where('actions.closed', '=', 0),
      )
      .execute(),
  );
  const told = await putPeople(
    db,
    shop,
    actions.flatMap(({ id, people }) => people.map((person) => ({ person, thing: id }))),
  );
  // Another report of the same checkout may know more of who it was.
  const again = told.filter((thing) => thing.startsWith('checkout:'));
  await markActionsForAttribution(db, shop, again);
}

/** Answers the things somebody new had a part in. */
async function putPeople(
  db: Db,
  shop: string,
  people: readonly { person: PersonKey; thing: string }[],
): Promise<string[]> {
  const rows = people.map((row) => ({ shop, ...row }));
  const written = await forParts(rows, (part) =>
    db
      .insertInto('people')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .returning('thing')
      .execute(),
  );
  return [...new Set(written.map(({ thing }) => thing))];
}

/** The order itself is made of its sightings when somebody asks for it. */
export async function putOrderReports(
  db: Db,
  shop: string,
  orderReports: Facts['orderReports'],
): Promise<void> {
  for (const orderReport of orderReports) {
    const root = await assignCanonicalId(db, shop, orderReport.names);
    await db
      .insertInto('sightings')
      .values({
        shop,
        id: orderReport.id,
        root,
        at: orderReport.atMs,
        received_at: orderReport.receivedAtMs,
        body: JSON.stringify(orderReport),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await db
      .insertInto('orders')
      .values({ shop, root, ...UNREAD })
      .onConflict((conflict) =>
        conflict.columns(['shop', 'root']).doUpdateSet({ stale: 1 }).where('orders.closed', '=', 0),
      )
      .execute();
    await putPeople(
      db,
      shop,
      orderReport.people.map((person) => ({ person, thing: orderThing(root) })),
    );
  }
}

/** An order before its sightings were looked at. */
const UNREAD = {
  at: 0,
  first_id: '',
  counted: 0,
  paid: 0,
  foreign_currency: 0,
  amount: 0,
  refunded: 0,
  discount: 0,
  items: '[]',
  buyer: null,
  stale: 1,
  closed: 0,
  credit_fixed: 0,
  touch: null,
  marketing_event: null,
  flow: null,
  node: null,
} as const;
