import type { PersonKey } from '../facts.ts';
import { splitThings } from './needs-attribution.ts';
import { forParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** Orders and actions of these people. */
export async function thingsOf(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
): Promise<ReturnType<typeof splitThings>> {
  const rows = await forParts(people, (part) =>
    db
      .selectFrom('people')
      .select('thing')
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .execute(),
  );
  return splitThings(new Set(rows.map(({ thing }) => thing)));
}
