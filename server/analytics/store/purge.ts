import { inParts, isAmong } from './rows.ts';
import type { Db, Tables } from './tables.ts';

const TABLES_OF_SHOP = [
  'visitors',
  'links',
  'touches',
  'visits',
  'members',
  'messages',
  'actions',
  'order_reports',
  'order_names',
  'orders',
  'people',
  'costs',
  'baseline',
  'targets',
  'synced',
] as const satisfies readonly Exclude<keyof Tables, 'settings'>[];

/** Every shop that has rows, also those that are no longer configured. In order. */
export async function shopsIn(db: Db): Promise<string[]> {
  const found = new Set<string>();
  for (const table of TABLES_OF_SHOP) {
    const next = async (after: string) => {
      const query = db.selectFrom(table).select('shop').where('shop', '>', after).orderBy('shop').limit(1);
      return (await query.executeTakeFirst())?.shop;
    };
    for (let shop = await next(''); shop !== undefined; shop = await next(shop)) found.add(shop);
  }
  return [...found].sort();
}

/** Deletes every row of a shop, its settings included. */
export async function purge(db: Db, shop: string): Promise<void> {
  for (const table of TABLES_OF_SHOP) await db.deleteFrom(table).where('shop', '=', shop).execute();
  const settings = await db.selectFrom('settings').select('name').execute();
  const own = settings.filter(({ name }) => name.endsWith(`:${shop}`)).map(({ name }) => name);
  for (const part of inParts(own))
    await db
      .deleteFrom('settings')
      .where(isAmong(db, 'name', part))
      .execute();
}
