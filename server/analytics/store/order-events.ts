import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { OrderKnown } from '../store.ts';
import { assignCanonicalId } from './order-names.ts';
import { inParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * Records the names of one report of an order, and the whole event if it is the first `Order Completed` from its side.
 *
 * @returns the order's canonical id.
 */
export async function recordOrderReport(
  db: Db,
  shop: string,
  source: 'browser' | 'webhook',
  names: readonly string[],
  event: ProtectedEvent,
): Promise<string> {
  const canonicalId = await assignCanonicalId(db, shop, names);
  if (event.event === 'Order Completed') await putEvent(db, shop, canonicalId, source, event);
  return canonicalId;
}

/** The recorded events of each order, by the name that was asked for. */
export async function ordersKnown(
  db: Db,
  shop: string,
  names: readonly string[],
): Promise<Map<string, OrderKnown>> {
  const known = new Map<string, OrderKnown>();
  for (const part of inParts([...new Set(names)])) {
    const canonicalIds = await canonicalIdsOf(db, shop, part);
    const rows = await db
      .selectFrom('order_events')
      .select(['canonical_id', 'source', 'body'])
      .where('shop', '=', shop)
      .where('canonical_id', 'in', [...new Set(canonicalIds.values())])
      .execute();
    const events = Map.groupBy(rows, (row) => row.canonical_id);
    for (const [name, canonicalId] of canonicalIds) {
      const own = (events.get(canonicalId) ?? []).map(({ source, body }) => [source, JSON.parse(body)]);
      known.set(name, Object.fromEntries(own) as OrderKnown);
    }
  }
  return known;
}

/** Freezes what is delivered for an order, unless it is frozen already. @returns the frozen event. */
export async function freezeOrder(
  db: Db,
  shop: string,
  name: string,
  event: ProtectedEvent,
): Promise<ProtectedEvent> {
  const canonicalId = (await canonicalIdsOf(db, shop, [name])).get(name) ?? name;
  await putEvent(db, shop, canonicalId, 'frozen', event);
  const frozen = await db
    .selectFrom('order_events')
    .select('body')
    .where((eb) => eb.and({ shop, canonical_id: canonicalId, source: 'frozen' }))
    .executeTakeFirstOrThrow();
  return JSON.parse(frozen.body) as ProtectedEvent;
}

const putEvent = (db: Db, shop: string, canonicalId: string, source: string, event: ProtectedEvent) =>
  db
    .insertInto('order_events')
    .values({
      shop,
      canonical_id: canonicalId,
      source,
      body: JSON.stringify(event),
      at: Date.parse(event.receivedAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();

/** An unknown name is its own canonical id. */
async function canonicalIdsOf(db: Db, shop: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('order_names')
    .select(['name', 'canonical_id'])
    .where('shop', '=', shop)
    .where('name', 'in', names)
    .execute();
  const known = new Map(rows.map((row) => [row.name, row.canonical_id]));
  return new Map(names.map((name) => [name, known.get(name) ?? name]));
}
