import type { PersonKey } from '../facts.ts';
import { type AttributionParts, attributeAll } from './attribute.ts';
import { linksOf, ORDER_THING, orderThing } from './needs-attribution.ts';
import { close } from './retain.ts';
import { forParts, inParts } from './rows.ts';
import type { Db } from './schema.ts';

/**
 * Forgets who these ids, and all linked to them, are. What they did stays counted, credited as it was, by nobody.
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
  const everybody = await closure(db, shop, people);
  const things = new Set(
    (
      await forParts(everybody, (part) =>
        db
          .selectFrom('people')
          .select('thing')
          .where('shop', '=', shop)
          .where('person', 'in', part)
          .execute(),
      )
    ).map(({ thing }) => thing),
  );
  const [orders, actions] = [
    [...things]
      .filter((thing) => thing.startsWith(ORDER_THING))
      .map((thing) => thing.slice(ORDER_THING.length)),
    [...things].filter((thing) => !thing.startsWith(ORDER_THING)),
  ];
  await close(db, shop, orders);
  await closeActions(db, shop, actions);
  await renameBuyers(db, shop, everybody.map(pseudonym));
  await forgetTraces(db, shop, everybody, pseudonym);
  await forgetReports(db, shop, everybody);
  return everybody;
}

/** Everybody who had a part in an order of one of these names. */
export async function peopleOfOrders(db: Db, shop: string, names: readonly string[]): Promise<PersonKey[]> {
  const roots = await forParts(names, (part) =>
    db.selectFrom('order_names').select('root').where('shop', '=', shop).where('name', 'in', part).execute(),
  );
  const things = [...new Set(roots.map(({ root }) => orderThing(root)))];
  const people = await forParts(things, (part) =>
    db.selectFrom('people').select('person').where('shop', '=', shop).where('thing', 'in', part).execute(),
  );
  return [...new Set(people.map(({ person }) => person as PersonKey))];
}

const REPORTS_AT_ONCE = 500;

/** Whatever of theirs was kept whole for a delivery. Not indexed: reports are few, and erasures fewer. */
async function forgetReports(db: Db, shop: string, everybody: readonly PersonKey[]): Promise<void> {
  const ids = everybody.map((key) => JSON.stringify(key.slice(2)));
  for (let after = { name: '', source: '' }; ; ) {
    const rows = await db
      .selectFrom('reports')
      .select(['name', 'source', 'body'])
      .where('shop', '=', shop)
      .where((eb) =>
        eb.or([
          eb('name', '>', after.name),
          eb.and([eb('name', '=', after.name), eb('source', '>', after.source)]),
        ]),
      )
      .orderBy('name')
      .orderBy('source')
      .limit(REPORTS_AT_ONCE)
      .execute();
    for (const { name, source, body } of rows)
      if (ids.some((id) => body.includes(id)))
        await db
          .deleteFrom('reports')
          .where((eb) => eb.and({ shop, name, source }))
          .execute();
    const last = rows.at(-1);
    if (!last) return;
    after = last;
  }
}

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

/** All orders of one buyer stay one buyer's. */
async function renameBuyers(db: Db, shop: string, buyers: readonly string[]): Promise<void> {
  for (const buyer of buyers)
    await db
      .updateTable('orders')
      .set({ buyer: crypto.randomUUID() })
      .where('shop', '=', shop)
      .where('buyer', '=', buyer)
      .execute();
}

/** Rows of theirs that stay are from now on of the baseline: their events will not be told again. */
async function forgetTraces(
  db: Db,
  shop: string,
  everybody: readonly PersonKey[],
  pseudonym: (key: string) => string,
): Promise<void> {
  for (const part of inParts(everybody)) {
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
  for (const member of everybody.map(pseudonym))
    await db
      .updateTable('members')
      .set({ member: crypto.randomUUID(), received_at: 0 })
      .where('shop', '=', shop)
      .where('member', '=', member)
      .execute();
}
