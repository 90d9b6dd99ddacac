import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

/**
 * Drops every fact that an event still in the log will tell again, those received since `sinceMs`. What is left is the
 * stored baseline. Orders are made anew of what is left of their reports, and every total may be another.
 */
export async function dropLogged(db: Db, shop: string, sinceMs: number): Promise<void> {
  for (const table of ['links', 'touches', 'visits', 'members', 'messages', 'sightings'] as const)
    await db.deleteFrom(table).where('shop', '=', shop).where('received_at', '>=', sinceMs).execute();
  const actions = await db
    .deleteFrom('actions')
    .where('shop', '=', shop)
    .where('received_at', '>=', sinceMs)
    .returning('id')
    .execute();
  for (const part of inParts(actions.map(({ id }) => id)))
    await db.deleteFrom('people').where('shop', '=', shop).where('thing', 'in', part).execute();
  await db.updateTable('orders').set({ stale: 1 }).where('shop', '=', shop).where('closed', '=', 0).execute();
  await db
    .updateTable('actions')
    .set({ stale: 1 })
    .where('shop', '=', shop)
    .where('closed', '=', 0)
    .execute();
  await db.updateTable('changed').set({ pending: 1 }).where('shop', '=', shop).execute();
}
