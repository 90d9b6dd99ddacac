import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Every row of every table; keys of what the log writes at each start are left out. */
export function rowsOf(dataDir: string): Record<string, unknown[]> {
  const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const names = tables.map(({ name }) => String(name)).filter((name) => !/^(probe|sqlite_)/.test(name));
  const found = names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]);
  const indexes = database.prepare("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name").all();
  database.close();
  return { ...Object.fromEntries(found), indexes };
}
