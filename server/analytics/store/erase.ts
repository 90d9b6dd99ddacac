import type { PersonKey } from '../facts.ts';
import { type AttributionParts, attributeAll } from './attribute.ts';
import { closeOrders } from './close-orders.ts';
import { linksOf, orderThing, splitThings } from './needs-attribution.ts';
import { forParts, inParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * Removes these ids, and all linked to them, from every row. What the people did stays counted, with its credit.
 *
 * @returns every id found to be theirs.
 */
export async function erase(
  db: Db,
  parts: AttributionParts,
  people: readonly PersonKey[],
): Promise<PersonKey[]> {
  const { shop, pseudonym } = parts;
  await attributeAll(db, parts);
  const everyId = await closure(db, shop, people);
  const rows = await forParts(everyId, (part) =>
    db.selectFrom('people').select('thing').where('shop', '=', shop).where('person', 'in', part).execute(),
  );
  const { orders, actions } = splitThings(new Set(rows.map(({ thing }) => thing)));
  await closeOrders(db, shop, orders);
  await closeActions(db, shop, actions);
  await renameBuyers(db, shop, everyId.map(pseudonym));
  await eraseTraces(db, shop, everyId, pseudonym);
  return everyId;
}

/** Every id in a report of an order with one of these names. */
export async function peopleOfOrders(db: Db, shop: string, names: readonly string[]): Promise<PersonKey[]> {
  const orders = await forParts(names, (part) =>
    db
      .selectFrom('order_names')
      .select('canonical_id')
      .where('shop', '=', shop)
      .where('name', 'in', part)
      .execute(),
  );
  const things = [...new Set(orders.map((order) => orderThing(order.canonical_id)))];
  const people = await forParts(things, (part) =>
    db.selectFrom('people').select('person').where('shop', '=', shop).where('thing', 'in', part).execute(),
  );
  return [...new Set(people.map(({ person }) => person as PersonKey))];
}

/** These ids and all ids linked to them, at any distance. */
async function closure(db: Db, shop: string, people: readonly PersonKey[]): Promise<PersonKey[]> {
  const known = new Set<string>(people);
  for (let fresh: string[] = [...people]; fresh.length > 0; ) {
    const links = await linksOf(db, shop, fresh);
    fresh = [...new Set(links.flatMap(({ one, other }) => [one, other]))].filter((key) => !known.has(key));
    for (const key of fresh) known.add(key);
  }
  return [...known] as PersonKey[];
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

/** Gives each buyer a random id: their orders stay those of one buyer. */
async function renameBuyers(db: Db, shop: string, buyers: readonly string[]): Promise<void> {
  for (const buyer of buyers)
    await db
      .updateTable('orders')
      .set({ buyer: crypto.randomUUID() })
      .where('shop', '=', shop)
      .where('buyer', '=', buyer)
      .execute();
}

/** Removes the ids from rows that stay counted. Time of receipt 0 marks a row whose event is not redelivered. */
async function eraseTraces(
  db: Db,
  shop: string,
  everyId: readonly PersonKey[],
  pseudonym: (key: string) => string,
): Promise<void> {
  for (const part of inParts(everyId)) {
    await db.deleteFrom('touches').where('shop', '=', shop).where('person', 'in', part).execute();
    await db.deleteFrom('links').where('shop', '=', shop).where('one', 'in', part).execute();
    await db.deleteFrom('links').where('shop', '=', shop).where('other', 'in', part).execute();
    for (const table of ['visits', 'messages', 'members'] as const)
      await db
        .updateTable(table)
        .set({ person: null, received_at: 0 })
        .where('shop', '=', shop)
        .where('person', 'in', part)
        .execute();
    const ids = part.filter((key) => key.startsWith('a:')).map((key) => key.slice(2));
    for (const some of inParts(ids))
      await db.deleteFrom('visitors').where('shop', '=', shop).where('anonymous_id', 'in', some).execute();
  }
  for (const member of everyId.map(pseudonym))
    await db
      .updateTable('members')
      .set({ member: crypto.randomUUID(), received_at: 0 })
      .where('shop', '=', shop)
      .where('member', '=', member)
      .execute();
}
