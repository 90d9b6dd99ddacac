import type { PersonKey } from '../facts.ts';
import { freezeCredit } from './freeze-credit.ts';
import { linksOf } from './needs-attribution.ts';
import { forParts, inParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';
import { thingsOf } from './things-of.ts';

/**
 * Removes the touches of these people, and of the same landings those of the people a browser claimed to be. A landing
 * stays counted as a visit without a person; time of receipt 0 marks a row whose event is not redelivered.
 */
export async function eraseTouches(db: Db, shop: string, people: readonly PersonKey[]): Promise<void> {
  const removed = await forParts(people, (part) =>
    db
      .deleteFrom('touches')
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .returning('id')
      .execute(),
  );
  const ids = [...new Set(removed.map(({ id }) => id))];
  const browsers = people.filter((key) => key.startsWith('a:'));
  const claimed = (await linksOf(db, shop, browsers)).flatMap(({ one, other }) => [one, other]);
  const persons = [...new Set(claimed)].filter((key) => /^[ue]:/.test(key)) as PersonKey[];
  // Orders may know the person alone, or somebody linked to them.
  const beside = (await linksOf(db, shop, persons)).flatMap(({ one, other }) => [one, other]);
  const { orders } = await thingsOf(db, shop, [...new Set([...persons, ...(beside as PersonKey[])])]);
  await freezeCredit(db, shop, orders, ids);
  for (const part of inParts(persons))
    for (const some of inParts(ids))
      await db
        .deleteFrom('touches')
        .where('shop', '=', shop)
        .where(isAmong(db, 'person', part))
        .where('claimed', '=', 1)
        .where(isAmong(db, 'id', some))
        .execute();
  const keys = new Set<string>(people);
  const visits = await forParts(ids, (part) =>
    db
      .selectFrom('visits')
      .select(['id', 'person'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'id', part))
      .execute(),
  );
  const own = visits.filter(({ person }) => person !== null && keys.has(person));
  for (const part of inParts(own.map(({ id }) => id)))
    await db
      .updateTable('visits')
      .set({ person: null, received_at: 0 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'id', part))
      .execute();
}
