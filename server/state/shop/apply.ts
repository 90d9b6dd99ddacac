import type { Facts, PersonKey, Targets } from '../facts.ts';
import type { Visitor } from '../shop-state.ts';
import { flowTarget, markChanged, marketingTarget, targetsOf } from './changed.ts';
import { assignRoot } from './names.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';
import { markStale, orderThing } from './stale.ts';

/** Turns an id into one that leads back to nobody. */
export type Pseudonym = (key: string) => string;

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
  await putSightings(db, shop, facts.sightings);
  await markStale(db, shop, [...new Set([...linked, ...touched])]);
  await markChanged(
    db,
    shop,
    [...facts.visits, ...facts.messages].flatMap((fact) => targetsOf(fact)),
  );
}

async function putVisitors(db: Db, shop: string, visitors: readonly Visitor[]): Promise<void> {
  // The same row twice in one statement is more than PostgreSQL allows.
  const latest = new Map<string, Visitor>();
  for (const visitor of visitors) {
    const known = latest.get(visitor.anonymousId);
    if (!known || known.seenAt <= visitor.seenAt) latest.set(visitor.anonymousId, visitor);
  }
  const rows = [...latest.values()].map((visitor) => ({
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
          .whereRef('excluded.seen_at', '>=', 'visitors.seen_at'),
      )
      .execute(),
  );
}

/** Answers both ends of those not known before. */
async function putLinks(db: Db, shop: string, links: Facts['links']): Promise<string[]> {
  const rows = uniqueBy(
    links.map(({ one, other, receivedAtMs }) =>
      one < other
        ? { shop, one, other, received_at: receivedAtMs }
        : { shop, one: other, other: one, received_at: receivedAtMs },
    ),
    ({ one, other }) => `${one}\n${other}`,
    firstTold,
  );
  const written = await forParts(rows, (part) =>
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
  return written.flatMap(({ one, other }) => [one, other]);
}

/** Answers who was touched anew. */
async function putTouches(db: Db, shop: string, touches: Facts['touches']): Promise<string[]> {
  const rows = touches.flatMap((touch) =>
    [...new Set(touch.people)].map((person) => ({
      shop,
      person,
      at: touch.atMs,
      id: touch.id,
      kind: touch.kind,
      ...columnsOf(touch),
      received_at: touch.receivedAtMs,
    })),
  );
  const written = await forParts(rows, (part) =>
    db
      .insertInto('touches')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .returning('person')
      .execute(),
  );
  return written.map(({ person }) => person);
}

const columnsOf = ({ marketingEventId, flowId, nodeId }: Targets) => ({
  marketing_event: marketingEventId ?? null,
  flow: flowId ?? null,
  node: nodeId ?? null,
});

async function putVisits(db: Db, shop: string, visits: Facts['visits'], pseudonym: Pseudonym): Promise<void> {
  const rows = visits.map(({ id, marketingEventId, visitor, country, atMs, receivedAtMs }) => ({
    shop,
    id,
    marketing_event: marketingEventId,
    person: visitor,
    country: country ?? null,
    at: atMs,
    received_at: receivedAtMs,
  }));
  await forParts(rows, (part) =>
    db
      .insertInto('visits')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  await putMembers(
    db,
    shop,
    visits.map(({ marketingEventId, visitor, receivedAtMs }) => ({
      target: marketingTarget(marketingEventId),
      kind: 'visitor',
      member: pseudonym(visitor),
      person: null,
      receivedAtMs,
    })),
  );
}

async function putMembers(
  db: Db,
  shop: string,
  members: readonly {
    target: string;
    kind: string;
    member: string;
    person: string | null;
    receivedAtMs: number;
  }[],
): Promise<void> {
  const rows = uniqueBy(
    members.map(({ receivedAtMs, ...member }) => ({ shop, ...member, received_at: receivedAtMs })),
    ({ target, kind, member }) => `${target}\n${kind}\n${member}`,
    firstTold,
  );
  await forParts(rows, (part) =>
    db
      .insertInto('members')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'target', 'kind', 'member'])
          .doUpdateSet((eb) => ({ received_at: eb.ref('excluded.received_at') }))
          .whereRef('excluded.received_at', '<', 'members.received_at'),
      )
      .execute(),
  );
}

async function putMessages(
  db: Db,
  shop: string,
  messages: Facts['messages'],
  pseudonym: Pseudonym,
): Promise<void> {
  const rows = uniqueBy(
    messages.map((message) => ({
      shop,
      delivery: message.deliveryId,
      metric: message.metric,
      at: message.atMs,
      ...columnsOf(message),
      person: message.person ?? null,
      received_at: message.receivedAtMs,
    })),
    ({ delivery, metric }) => `${delivery}\n${metric}`,
    earliest,
  );
  await forParts(rows, (part) =>
    db
      .insertInto('messages')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'delivery', 'metric'])
          .doUpdateSet((eb) => ({
            at: eb
              .case()
              .when('excluded.at', '<', eb.ref('messages.at'))
              .then(eb.ref('excluded.at'))
              .else(eb.ref('messages.at'))
              .end(),
            received_at: eb
              .case()
              .when('excluded.received_at', '<', eb.ref('messages.received_at'))
              .then(eb.ref('excluded.received_at'))
              .else(eb.ref('messages.received_at'))
              .end(),
          }))
          .where((eb) =>
            eb.or([
              eb('excluded.at', '<', eb.ref('messages.at')),
              eb('excluded.received_at', '<', eb.ref('messages.received_at')),
            ]),
          ),
      )
      .execute(),
  );
  await putMembers(
    db,
    shop,
    messages.flatMap(({ flowId, journeyId, person = null, receivedAtMs }) =>
      flowId === undefined || journeyId === undefined
        ? []
        : [
            {
              target: flowTarget(flowId),
              kind: 'journey',
              member: pseudonym(journeyId),
              person,
              receivedAtMs,
            },
          ],
    ),
  );
}

/** Of a checkout told of twice the earlier time counts. */
async function putActions(db: Db, shop: string, actions: Facts['actions']): Promise<void> {
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
          .doUpdateSet((eb) => ({
            at: eb
              .case()
              .when('excluded.at', '<', eb.ref('actions.at'))
              .then(eb.ref('excluded.at'))
              .else(eb.ref('actions.at'))
              .end(),
            received_at: eb
              .case()
              .when('excluded.received_at', '<', eb.ref('actions.received_at'))
              .then(eb.ref('excluded.received_at'))
              .else(eb.ref('actions.received_at'))
              .end(),
            stale: 1,
          }))
          .where((eb) =>
            eb.or([
              eb('excluded.at', '<', eb.ref('actions.at')),
              eb('excluded.received_at', '<', eb.ref('actions.received_at')),
            ]),
          )
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
  await forParts(again, async (part) => {
    await db
      .updateTable('actions')
      .set({ stale: 1 })
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .where('closed', '=', 0)
      .execute();
    return [];
  });
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
async function putSightings(db: Db, shop: string, sightings: Facts['sightings']): Promise<void> {
  for (const sighting of sightings) {
    const root = await assignRoot(db, shop, sighting.names);
    await db
      .insertInto('sightings')
      .values({
        shop,
        id: sighting.id,
        root,
        at: sighting.atMs,
        received_at: sighting.receivedAtMs,
        body: JSON.stringify(sighting),
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
      sighting.people.map((person) => ({ person, thing: orderThing(root) })),
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

/** One row for each key, made of all of them: a row twice in one statement is more than PostgreSQL allows. */
function uniqueBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  join: (a: Row, b: Row) => Row,
): Row[] {
  const unique = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = unique.get(key);
    unique.set(key, known ? join(known, row) : row);
  }
  return [...unique.values()];
}

/** Happened when it is first said to have happened, and known since the first who said it. */
const earliest = <Row extends { at: number; received_at: number }>(a: Row, b: Row): Row => ({
  ...a,
  at: Math.min(a.at, b.at),
  received_at: Math.min(a.received_at, b.received_at),
});
const firstTold = <Row extends { received_at: number }>(a: Row, b: Row): Row =>
  a.received_at <= b.received_at ? a : b;
