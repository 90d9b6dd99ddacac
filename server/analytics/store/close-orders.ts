import { orderThing } from './needs-attribution.ts';
import { deleteAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** Closes orders that happened before `beforeMs` and were last reported before `receivedBeforeMs`. */
export async function closeOldOrders(
  db: Db,
  shop: string,
  beforeMs: number,
  receivedBeforeMs: number,
): Promise<void> {
  const old = await db
    .selectFrom('orders')
    .select('canonical_id')
    .where('shop', '=', shop)
    .where('closed', '=', 0)
    .where('at', '<', beforeMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('order_reports')
            .select('order_reports.id')
            .whereRef('order_reports.shop', '=', 'orders.shop')
            .whereRef('order_reports.canonical_id', '=', 'orders.canonical_id')
            // An order that is not counted (cancelled, or never placed) has no time; its reports do.
            .where((eb) =>
              eb.or([
                eb('order_reports.received_at', '>=', receivedBeforeMs),
                eb.and([eb('orders.counted', '=', 0), eb('order_reports.received_at', '>=', beforeMs)]),
              ]),
            ),
        ),
      ),
    )
    .execute();
  await closeOrders(
    db,
    shop,
    old.map((order) => order.canonical_id),
  );
}

/** Deletes the reports, names and people of these orders and replaces their ids; their sums and credit stay. */
export async function closeOrders(db: Db, shop: string, canonicalIds: readonly string[]): Promise<void> {
  for (const table of ['order_reports', 'order_names'] as const)
    await deleteAmong(db, shop, table, 'canonical_id', canonicalIds);
  await deleteAmong(db, shop, 'people', 'thing', canonicalIds.map(orderThing));
  for (const canonicalId of canonicalIds) {
    const order = db.updateTable('orders').where('shop', '=', shop).where('canonical_id', '=', canonicalId);
    await order.set({ closed: 1, credit_frozen: 1, canonical_id: crypto.randomUUID() }).execute();
  }
}
