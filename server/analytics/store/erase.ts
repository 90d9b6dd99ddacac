import type { OrderReport, PersonKey } from '../facts.ts';
import type { ErasedFacts } from '../store.ts';
import { type AttributionParts, attributeAll } from './attribute.ts';
import { closeOrders } from './close-orders.ts';
import { linksOf, splitThings } from './needs-attribution.ts';
import { forParts, inParts } from './rows.ts';
import { readLoggedFromMs } from './settings.ts';
import type { Db } from './tables.ts';

/** Removes a person from every row. What they did stays counted, with its credit. */
export async function erase(
  db: Db,
  parts: AttributionParts,
  { people, orders, messageIds }: ErasedFacts,
): Promise<void> {
  const { shop, pseudonym } = parts;
  await attributeAll(db, parts);
  const keys = new Set<string>(people);
  const things = await thingsOf(db, shop, people);
  const closed = await canonicalIds(db, shop, orders);
  await closeOrders(db, shop, closed);
  const gone = new Set(messageIds.map((id) => `message:${id}`));
  const isOver = await isWithoutOthers(db, shop, things.actions, keys);
  // A rebuild counts those events again that the log still has; of older ones nobody is left to credit.
  const old = await receivedBefore(db, shop, things.actions, await readLoggedFromMs(db));
  await closeActions(
    db,
    shop,
    things.actions.filter((id) => gone.has(id) || old.has(id) || (id.startsWith('checkout') && isOver(id))),
  );
  const left = things.orders.filter((id) => !closed.includes(id));
  await freezeCredit(db, shop, left);
  await dropFromReports(db, shop, left, keys);
  await renameBuyers(db, shop, people.map(pseudonym));
  await eraseTouches(db, shop, people);
  await eraseTraces(db, shop, people, new Set(people.map(pseudonym)));
}

/** Orders and actions of these people. */
async function thingsOf(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
): Promise<ReturnType<typeof splitThings>> {
  const rows = await forParts(people, (part) =>
    db.selectFrom('people').select('thing').where('shop', '=', shop).where('person', 'in', part).execute(),
  );
  return splitThings(new Set(rows.map(({ thing }) => thing)));
}

/** Browsers and Customer.io's ids that events carried together with these people: theirs alone, or also others'. */
export async function near(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
): Promise<{ own: PersonKey[]; shared: PersonKey[] }> {
  const linked = await linksOf(db, shop, people);
  const beside = new Set(linked.flatMap(({ one, other }) => [one, other]));
  const leaves = new Set([...beside].filter((key) => /^[ac]:/.test(key)));
  for (const key of people) leaves.delete(key);
  // What came together with the person is no other person.
  const known = new Set<string>([...people, ...beside]);
  const shared = new Set<string>();
  for (const { one, other } of await linksOf(db, shop, [...leaves]))
    for (const [leaf, person] of [
      [one, other],
      [other, one],
    ] as const)
      if (leaves.has(leaf) && /^[ue]:/.test(person) && !known.has(person)) shared.add(leaf);
  return {
    own: [...leaves].filter((leaf) => !shared.has(leaf)) as PersonKey[],
    shared: [...shared] as PersonKey[],
  };
}

/** The ids under which orders of the store are counted. */
async function canonicalIds(db: Db, shop: string, orders: readonly string[]): Promise<string[]> {
  const rows = await forParts(orders, (part) =>
    db
      .selectFrom('order_names')
      .select('canonical_id')
      .where('shop', '=', shop)
      .where('name', 'in', part)
      .execute(),
  );
  return [...new Set(rows.map((row) => row.canonical_id))];
}

/** A checkout is over when no browser of somebody else began it as well. */
async function isWithoutOthers(
  db: Db,
  shop: string,
  actions: readonly string[],
  keys: ReadonlySet<string>,
): Promise<(id: string) => boolean> {
  const rows = await forParts(actions, (part) =>
    db
      .selectFrom('people')
      .select(['thing', 'person'])
      .where('shop', '=', shop)
      .where('thing', 'in', part)
      .execute(),
  );
  const others = rows.filter(({ person }) => person.startsWith('a:') && !keys.has(person));
  const shared = new Set(others.map(({ thing }) => thing));
  return (id) => !shared.has(id);
}

async function receivedBefore(
  db: Db,
  shop: string,
  actions: readonly string[],
  beforeMs: number,
): Promise<ReadonlySet<string>> {
  const rows = await forParts(actions, (part) =>
    db
      .selectFrom('actions')
      .select('id')
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .where('received_at', '<', beforeMs)
      .execute(),
  );
  return new Set(rows.map(({ id }) => id));
}

async function closeActions(db: Db, shop: string, ids: readonly string[]): Promise<void> {
  for (const part of inParts(ids))
    await db.deleteFrom('people').where('shop', '=', shop).where('thing', 'in', part).execute();
  for (const id of ids)
    await db
      .updateTable('actions')
      .set({ closed: 1, received_at: 0, id: crypto.randomUUID() })
      .where('shop', '=', shop)
      .where('id', '=', id)
      .execute();
}

/**
 * Orders of others keep the credit that a browser of the person gave them.
 *
 * @param touches only where it is one of these. Undefined: whatever it is.
 */
async function freezeCredit(
  db: Db,
  shop: string,
  canonicalIds: readonly string[],
  touches?: ReadonlySet<string>,
): Promise<void> {
  const orders = await forParts(canonicalIds, (part) =>
    db
      .selectFrom('orders')
      .select(['canonical_id', 'touch'])
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .execute(),
  );
  const frozen = touches ? orders.filter(({ touch }) => touch !== null && touches.has(touch)) : orders;
  for (const part of inParts(frozen.map((order) => order.canonical_id)))
    await db
      .updateTable('orders')
      .set({ credit_frozen: 1 })
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .execute();
}

async function dropFromReports(
  db: Db,
  shop: string,
  canonicalIds: readonly string[],
  keys: ReadonlySet<string>,
): Promise<void> {
  const reports = await forParts(canonicalIds, (part) =>
    db
      .selectFrom('order_reports')
      .select(['id', 'body'])
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .execute(),
  );
  for (const { id, body } of reports) {
    const report: OrderReport = JSON.parse(body);
    const people = report.people.filter((key) => !keys.has(key));
    if (people.length === report.people.length) continue;
    await db
      .updateTable('order_reports')
      .set({ body: JSON.stringify({ ...report, people }) })
      .where('shop', '=', shop)
      .where('id', '=', id)
      .execute();
  }
}

/** Gives each buyer a random id: their orders stay those of one buyer. */
async function renameBuyers(db: Db, shop: string, buyers: readonly string[]): Promise<void> {
  const known = await forParts(buyers, (part) =>
    db
      .selectFrom('orders')
      .select('buyer')
      .distinct()
      .where('shop', '=', shop)
      .where('buyer', 'in', part)
      .execute(),
  );
  for (const buyer of new Set(known.map((row) => row.buyer)))
    await db
      .updateTable('orders')
      .set({ buyer: crypto.randomUUID() })
      .where('shop', '=', shop)
      .where('buyer', '=', buyer)
      .execute();
}

/**
 * Removes the touches of these people, and of the same landings those of the people a browser claimed to be. A landing
 * stays counted as a visit without a person; time of receipt 0 marks a row whose event is not redelivered.
 */
async function eraseTouches(db: Db, shop: string, people: readonly PersonKey[]): Promise<void> {
  const removed = await forParts(people, (part) =>
    db.deleteFrom('touches').where('shop', '=', shop).where('person', 'in', part).returning('id').execute(),
  );
  const ids = [...new Set(removed.map(({ id }) => id))];
  const browsers = people.filter((key) => key.startsWith('a:'));
  const claimed = (await linksOf(db, shop, browsers)).flatMap(({ one, other }) => [one, other]);
  const persons = [...new Set(claimed)].filter((key) => /^[ue]:/.test(key)) as PersonKey[];
  // Orders may know the person alone, or somebody linked to them.
  const beside = (await linksOf(db, shop, persons)).flatMap(({ one, other }) => [one, other]);
  const { orders } = await thingsOf(db, shop, [...new Set([...persons, ...(beside as PersonKey[])])]);
  await freezeCredit(db, shop, orders, new Set(ids));
  for (const part of inParts(persons))
    for (const some of inParts(ids))
      await db
        .deleteFrom('touches')
        .where('shop', '=', shop)
        .where('person', 'in', part)
        .where('claimed', '=', 1)
        .where('id', 'in', some)
        .execute();
  const keys = new Set<string>(people);
  const visits = await forParts(ids, (part) =>
    db
      .selectFrom('visits')
      .select(['id', 'person'])
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .execute(),
  );
  const own = visits.filter(({ person }) => person !== null && keys.has(person));
  for (const part of inParts(own.map(({ id }) => id)))
    await db
      .updateTable('visits')
      .set({ person: null, received_at: 0 })
      .where('shop', '=', shop)
      .where('id', 'in', part)
      .execute();
}

async function eraseTraces(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
  pseudonyms: ReadonlySet<string>,
): Promise<void> {
  const keys = new Set<string>(people);
  for (const part of inParts(people)) {
    await db.deleteFrom('people').where('shop', '=', shop).where('person', 'in', part).execute();
    await db.deleteFrom('links').where('shop', '=', shop).where('one', 'in', part).execute();
    await db.deleteFrom('links').where('shop', '=', shop).where('other', 'in', part).execute();
    await db
      .updateTable('members')
      .set({ person: null, received_at: 0 })
      .where('shop', '=', shop)
      .where('person', 'in', part)
      .execute();
    const ids = part.filter((key) => key.startsWith('a:')).map((key) => key.slice(2));
    for (const some of inParts(ids))
      await db.deleteFrom('visitors').where('shop', '=', shop).where('anonymous_id', 'in', some).execute();
  }
  await eraseMessages(db, shop, keys);
  await renameMembers(db, shop, pseudonyms);
}

/** Of one page. */
const ROWS = 2_000;

/** One pass over the messages: there is no index by person. */
async function eraseMessages(db: Db, shop: string, keys: ReadonlySet<string>): Promise<void> {
  for (let [delivery, metric] = ['', '']; ; ) {
    const rows = await db
      .selectFrom('messages')
      .select(['delivery', 'metric', 'person'])
      .where('shop', '=', shop)
      .where((eb) => eb(eb.refTuple('delivery', 'metric'), '>', eb.tuple(delivery, metric)))
      .orderBy('delivery')
      .orderBy('metric')
      .limit(ROWS)
      .execute();
    for (const row of rows)
      if (row.person !== null && keys.has(row.person))
        await db
          .updateTable('messages')
          .set({ person: null, received_at: 0 })
          .where('shop', '=', shop)
          .where('delivery', '=', row.delivery)
          .where('metric', '=', row.metric)
          .execute();
    const last = rows.at(-1);
    if (!last) return;
    ({ delivery, metric } = last);
  }
}

/** One pass over who was counted: there is no index by member. */
async function renameMembers(db: Db, shop: string, pseudonyms: ReadonlySet<string>): Promise<void> {
  for (let [target, kind, member] = ['', '', '']; ; ) {
    const rows = await db
      .selectFrom('members')
      .select(['target', 'kind', 'member'])
      .where('shop', '=', shop)
      .where((eb) => eb(eb.refTuple('target', 'kind', 'member'), '>', eb.tuple(target, kind, member)))
      .orderBy('target')
      .orderBy('kind')
      .orderBy('member')
      .limit(ROWS)
      .execute();
    for (const row of rows)
      if (pseudonyms.has(row.member))
        await db
          .updateTable('members')
          .set({ member: crypto.randomUUID(), received_at: 0 })
          .where('shop', '=', shop)
          .where('target', '=', row.target)
          .where('kind', '=', row.kind)
          .where('member', '=', row.member)
          .execute();
    const last = rows.at(-1);
    if (!last) return;
    ({ target, kind, member } = last);
  }
}
