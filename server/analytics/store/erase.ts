import { messageIdOf, type OrderReport } from '../facts.ts';
import type { ErasedFacts } from '../store.ts';
import { type AttributionParts, attributeAll } from './attribute.ts';
import { closeOrders } from './close-orders.ts';
import { eraseTouches } from './erase-touches.ts';
import { eraseTraces } from './erase-traces.ts';
import { freezeCredit } from './freeze-credit.ts';
import { deleteAmong, forParts, isAmong } from './rows.ts';
import { readLoggedFromMs } from './settings.ts';
import type { Db } from './tables.ts';
import { thingsOf } from './things-of.ts';

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
  await dropFromReports(db, shop, left, keys, new Set(messageIds));
  await renameBuyers(db, shop, people.map(pseudonym));
  await eraseTouches(db, shop, people);
  await eraseTraces(db, shop, people, new Set(people.map(pseudonym)));
}

/** The ids under which orders of the store are counted. */
async function canonicalIds(db: Db, shop: string, orders: readonly string[]): Promise<string[]> {
  const rows = await forParts(orders, (part) =>
    db
      .selectFrom('order_names')
      .select('canonical_id')
      .where('shop', '=', shop)
      .where(isAmong(db, 'name', part))
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
      .where(isAmong(db, 'thing', part))
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
      .where(isAmong(db, 'id', part))
      .where('received_at', '<', beforeMs)
      .execute(),
  );
  return new Set(rows.map(({ id }) => id));
}

async function closeActions(db: Db, shop: string, ids: readonly string[]): Promise<void> {
  await deleteAmong(db, shop, 'people', 'thing', ids);
  for (const id of ids)
    await db
      .updateTable('actions')
      .set({ closed: 1, received_at: 0, id: crypto.randomUUID() })
      .where('shop', '=', shop)
      .where('id', '=', id)
      .execute();
}

/** A report whose event was erased from the log stays counted: time of receipt 0 marks that it is not redelivered. */
async function dropFromReports(
  db: Db,
  shop: string,
  canonicalIds: readonly string[],
  keys: ReadonlySet<string>,
  erasedMessages: ReadonlySet<string>,
): Promise<void> {
  const reports = await forParts(canonicalIds, (part) =>
    db
      .selectFrom('order_reports')
      .select(['id', 'body'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'canonical_id', part))
      .execute(),
  );
  for (const { id, body } of reports) {
    const report: OrderReport = JSON.parse(body);
    const people = report.people.filter((key) => !keys.has(key));
    const isErased = erasedMessages.has(messageIdOf(report));
    if (!isErased && people.length === report.people.length) continue;
    await db
      .updateTable('order_reports')
      .set({ body: JSON.stringify({ ...report, people }), ...(isErased && { received_at: 0 }) })
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
      .where(isAmong(db, 'buyer', part))
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
