import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { query } from './postgres-client.ts';

/** The index of a search under test, from outside. */
export interface IndexUnderTest {
  /** How many rows of a table there are. */
  count(table: string, where?: string): Promise<number>;
  /** Keeps it as it is, while the log goes on. Returns a function that ends this. */
  hold(): Promise<() => Promise<void>>;
  /** Takes it away. */
  remove(): Promise<void>;
  /** What its files hold; absent where they are those of a server. */
  bytes?(): Buffer;
}

export function indexInFile(dataDir: string): IndexUnderTest {
  const path = join(dataDir, 'search.db');
  return {
    async count(table, where = '1 = 1') {
      const file = new DatabaseSync(path, { readOnly: true });
      const found = file.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).get();
      file.close();
      return Number(found?.n);
    },
    async hold() {
      const lock = new DatabaseSync(path);
      lock.exec('BEGIN IMMEDIATE');
      return async () => lock.close();
    },
    async remove() {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
    },
    bytes: () =>
      Buffer.concat(
        readdirSync(dataDir)
          .filter((name) => name.startsWith('search.db'))
          .map((name) => readFileSync(join(dataDir, name))),
      ),
  };
}

/** @param schema of the log. */
export function indexInPostgres(url: string, schema: string): IndexUnderTest {
  const own = `${schema}_search`;
  const run = (sql: string) => query(url, sql);
  return {
    async count(table, where = '1 = 1') {
      const [found] = await run(`SELECT count(*) AS n FROM ${own}.${table} WHERE ${where}`);
      return Number(found?.n);
    },
    async hold() {
      await run(`
        CREATE FUNCTION ${own}.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON ${own}.events FOR EACH STATEMENT EXECUTE FUNCTION ${own}.refuse();`);
      return async () => void (await run(`DROP FUNCTION ${own}.refuse CASCADE`));
    },
    remove: async () => void (await run(`DROP SCHEMA ${own} CASCADE`)),
  };
}
