import type { Synced } from '../store.ts';
import type { Db } from './tables.ts';

/** In order of the targets. */
export async function readSynced(db: Db, shop: string): Promise<Synced[]> {
  const rows = await db
    .selectFrom('synced')
    .select('body')
    .where('shop', '=', shop)
    .orderBy('target')
    .execute();
  return rows.map(({ body }) => JSON.parse(body) as Synced);
}

export async function recordSynced(db: Db, shop: string, rows: readonly Synced[]): Promise<void> {
  for (const row of rows)
    await db
      .insertInto('synced')
      .values({ shop, target: row.target, body: JSON.stringify(row) })
      .onConflict((conflict) =>
        conflict.columns(['shop', 'target']).doUpdateSet((eb) => ({ body: eb.ref('excluded.body') })),
      )
      .execute();
}
