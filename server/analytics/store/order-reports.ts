import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { OrderKnown } from '../store.ts';
import { assignCanonicalId } from './order-names.ts';
import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

/** Keeps the first report of an order from each side whole; of later stages only the names. Answers the first name. */
export async function recordOrderReport(
  db: Db,
  shop: string,
  source: 'browser' | 'webhook',
  names: readonly string[],
  event: ProtectedEvent,
): Promise<string> {
  const root = await assignCanonicalId(db, shop, names);
  if (event.event === 'Order Completed') await putReport(db, shop, root, source, event);
  return root;
}

/** What is known of each order, by the name it was asked for. */
export async function ordersKnown(
  db: Db,
  shop: string,
  names: readonly string[],
): Promise<Map<string, OrderKnown>> {
  const known = new Map<string, OrderKnown>();
  for (const part of inParts([...new Set(names)])) {
    const roots = await rootsOf(db, shop, part);
    const rows = await db
      .selectFrom('reports')
      .select(['name', 'source', 'body'])
      .where('shop', '=', shop)
      .where('name', 'in', [...new Set(roots.values())])
      .execute();
    const reports = Map.groupBy(rows, ({ name }) => name);
    for (const [name, root] of roots) {
      const own = (reports.get(root) ?? []).map(({ source, body }) => [
        source === 'fixed' ? 'frozen' : source,
        JSON.parse(body),
      ]);
      known.set(name, Object.fromEntries(own) as OrderKnown);
    }
  }
  return known;
}

/** The first to be fixed stays; answers that one. */
export async function freezeOrder(
  db: Db,
  shop: string,
  name: string,
  event: ProtectedEvent,
): Promise<ProtectedEvent> {
  const root = (await rootsOf(db, shop, [name])).get(name) ?? name;
  await putReport(db, shop, root, 'fixed', event);
  const frozen = await db
    .selectFrom('reports')
    .select('body')
    .where((eb) => eb.and({ shop, name: root, source: 'fixed' }))
    .executeTakeFirstOrThrow();
  return JSON.parse(frozen.body) as ProtectedEvent;
}

const putReport = (db: Db, shop: string, name: string, source: string, event: ProtectedEvent) =>
  db
    .insertInto('reports')
    .values({ shop, name, source, body: JSON.stringify(event), at: Date.parse(event.receivedAt) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();

/** A name nobody has told stands for itself. */
async function rootsOf(db: Db, shop: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('order_names')
    .select(['name', 'root'])
    .where('shop', '=', shop)
    .where('name', 'in', names)
    .execute();
  const roots = new Map(rows.map(({ name, root }) => [name, root]));
  return new Map(names.map((name) => [name, roots.get(name) ?? name]));
}
