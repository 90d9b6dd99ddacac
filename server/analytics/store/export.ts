import type { PersonKey } from '../facts.ts';
import type { ExportedFacts } from '../store.ts';
import { forParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** Every row about these people. Totals hold nobody, and journeys keyed digests alone. */
export async function exportPerson(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
): Promise<ExportedFacts> {
  const rowsOf = (table: 'touches' | 'visits' | 'messages' | 'people') =>
    forParts<PersonKey, Record<string, unknown>>(people, (part) =>
      db
        .selectFrom(table as 'people')
        .selectAll()
        .where('shop', '=', shop)
        .where(isAmong(db, 'person', part))
        .execute(),
    );
  const browsers = people.filter((key) => key.startsWith('a:')).map((key) => key.slice(2));
  const linked = await forParts(people, (part) =>
    db
      .selectFrom('links')
      .selectAll()
      .where('shop', '=', shop)
      .where((eb) => eb.or([isAmong(db, 'one', part), isAmong(db, 'other', part)]))
      .execute(),
  );
  return {
    visitors: await forParts(browsers, (part) =>
      db
        .selectFrom('visitors')
        .selectAll()
        .where('shop', '=', shop)
        .where(isAmong(db, 'anonymous_id', part))
        .execute(),
    ),
    links: [...new Map(linked.map((link) => [`${link.one}\n${link.other}`, link])).values()],
    touches: await rowsOf('touches'),
    visits: await rowsOf('visits'),
    messages: await rowsOf('messages'),
    things: await rowsOf('people'),
  };
}
