import { inParts } from './rows.ts';
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

/** Deletes every row of a shop, its settings included. */
export async function purge(db: Db, shop: string): Promise<void> {
  for (const table of TABLES_OF_SHOP) await db.deleteFrom(table).where('shop', '=', shop).execute();
  const settings = await db.selectFrom('settings').select('name').execute();
  const own = settings.filter(({ name }) => name.endsWith(`:${shop}`)).map(({ name }) => name);
  for (const part of inParts(own)) await db.deleteFrom('settings').where('name', 'in', part).execute();
}
