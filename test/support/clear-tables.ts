import { CLEAR_DOMAIN } from './fleet-messages.ts';
import { query } from './postgres-client.ts';

const TABLES = `
  SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
  WHERE table_schema LIKE 'storebeacon%' AND table_type = 'BASE TABLE'`;

/** Names of the tables of a collector's database that hold an email address in clear, as text or as bytes. */
export async function clearTables(databaseUrl: string): Promise<string[]> {
  const patterns = [CLEAR_DOMAIN, Buffer.from(CLEAR_DOMAIN).toString('hex')].map((text) => `%${text}%`);
  const found: string[] = [];
  for (const { name } of await query<{ name: string }>(databaseUrl, TABLES)) {
    const rows = await query(
      databaseUrl,
      `SELECT 1 FROM ${name} AS held WHERE held::text LIKE ANY ($1) LIMIT 1`,
      [patterns],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}
