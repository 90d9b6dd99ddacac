import type { Db } from './tables.ts';

/** A small value of `name`, of this program's own or `<what>:<shop>`. */
export async function readSetting(db: Db, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('sealed').where('name', '=', name).executeTakeFirst();
  return row?.sealed;
}

export async function writeSetting(db: Db, name: string, sealed: string): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, sealed })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ sealed: eb.ref('excluded.sealed') })),
    )
    .execute();
}

const RETAINED = 'retained';
const MINUTE_MS = 60_000;

/** Events received before this may have been deleted from the log, even if the retention time was raised since. */
const readRetainedMs = async (db: Db): Promise<number> => Number((await readSetting(db, RETAINED)) ?? 0);

/** Never moves back. */
export const writeRetainedMs = async (db: Db, beforeMs: number): Promise<void> =>
  writeSetting(db, RETAINED, String(Math.max(beforeMs, await readRetainedMs(db))));

/** What the log holds with certainty was received since: it deletes events shortly after facts are deleted here. */
export const readLoggedFromMs = async (db: Db): Promise<number> => (await readRetainedMs(db)) + MINUTE_MS;
