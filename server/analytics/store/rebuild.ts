import { deleteAmong } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * Deletes every fact received since `sinceMs`: the log still holds its event. Orders, actions and totals are marked to be
 * computed again.
 */
export async function dropLogged(db: Db, shop: string, sinceMs: number): Promise<void> {
  for (const table of ['links', 'touches', 'visits', 'members', 'messages', 'order_reports'] as const)
    await db.deleteFrom(table).where('shop', '=', shop).where('received_at', '>=', sinceMs).execute();
  const actions = await db
    .deleteFrom('actions')
    .where('shop', '=', shop)
    .where('received_at', '>=', sinceMs)
    .returning('id')
    .execute();
  const things = actions.map(({ id }) => id);
  await deleteAmong(db, shop, 'people', 'thing', things);
  await db
    .updateTable('orders')
    .set({ needs_attribution: 1 })
    .where('shop', '=', shop)
    .where('closed', '=', 0)
    .execute();
  await db
    .updateTable('actions')
    .set({ needs_attribution: 1 })
    .where('shop', '=', shop)
    .where('closed', '=', 0)
    .execute();
  await db.updateTable('targets').set({ pending: 1 }).where('shop', '=', shop).execute();
}
