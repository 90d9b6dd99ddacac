import { randomBytes } from 'node:crypto';
import { type Dialect, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DataDirUnusable } from '../../store/errors.ts';
import { createMethods, type MethodParts, type Methods, readSetting, writeSetting } from './methods.ts';
import { type Engine, migrations, type Tables } from './schema.ts';

/** State over any database Kysely speaks to, each group of calls in one transaction. */
export interface AnalyticsDatabase {
  transaction<T>(work: (methods: Methods) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Brings the tables up to date. @throws what keeps them from being so, a newer version among it. */
export async function openAnalyticsDatabase(
  dialect: Dialect,
  engine: Engine,
  parts: Omit<MethodParts, 'pepper'>,
): Promise<AnalyticsDatabase> {
  const db = new Kysely<Tables>({ dialect });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(engine) } });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error && /corrupted migrations/.test(error.message))
    throw new DataDirUnusable(
      `The statistics were written by a newer version of this program (${error.message}). Start that version.`,
      { cause: error },
    );
  if (error !== undefined) throw error;
  const pepper = await db.transaction().execute(async (transaction) => {
    const known = await readSetting(transaction, PEPPER);
    if (known !== undefined) return known;
    const made = randomBytes(32).toString('base64url');
    await writeSetting(transaction, PEPPER, made);
    return made;
  });
  return {
    transaction: (work) =>
      db.transaction().execute((transaction) => work(createMethods(transaction, { ...parts, pepper }))),
    close: () => db.destroy(),
  };
}

/** What keeps pseudonyms from being guessed by anyone without this database. */
const PEPPER = 'pepper';
