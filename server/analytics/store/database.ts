import { randomBytes } from 'node:crypto';
import { type Dialect, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DataDirUnusable } from '../../store/errors.ts';
import { createMethods, type MethodParts, type Methods } from './methods.ts';
import { type Engine, migrations } from './migrations.ts';
import { readSetting, writeSetting } from './settings.ts';
import type { Tables } from './tables.ts';

/** The analytics store on any database that Kysely supports. */
export interface AnalyticsDatabase {
  /** Runs `work` in one transaction: all of it, or nothing when it throws. */
  transaction<T>(work: (methods: Methods) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Migrates the tables, then opens them.
 *
 * @param schema where PostgreSQL has them; created when absent.
 * @throws {DataDirUnusable} when a newer version wrote them.
 */
export async function openAnalyticsDatabase(
  dialect: Dialect,
  engine: Engine,
  parts: Omit<MethodParts, 'pepper'>,
  schema?: string,
): Promise<AnalyticsDatabase> {
  const db = new Kysely<Tables>({ dialect });
  const migrate = (within: Kysely<Tables>) =>
    new Migrator({
      db: within,
      provider: { getMigrations: async () => migrations(engine) },
      ...(schema !== undefined && { migrationTableSchema: schema }),
    }).migrateToLatest();
  const { error } = await (engine === 'postgres' ? db.transaction().execute(migrate) : migrate(db));
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

/** The secret key of pseudonyms: without this database they cannot be guessed. */
const PEPPER = 'pepper';
