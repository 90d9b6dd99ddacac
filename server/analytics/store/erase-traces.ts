import type { PersonKey } from '../facts.ts';
import { deleteAmong, inParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** Removes these people from links, counts, visitors, messages, and from what they had a part in. */
export async function eraseTraces(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
  pseudonyms: ReadonlySet<string>,
): Promise<void> {
  const keys = new Set<string>(people);
  await deleteAmong(db, shop, 'people', 'person', people);
  await deleteAmong(db, shop, 'links', 'one', people);
  await deleteAmong(db, shop, 'links', 'other', people);
  for (const part of inParts(people))
    await db
      .updateTable('members')
      .set({ person: null, received_at: 0 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .execute();
  const browsers = people.filter((key) => key.startsWith('a:')).map((key) => key.slice(2));
  await deleteAmong(db, shop, 'visitors', 'anonymous_id', browsers);
  await eraseMessages(db, shop, keys);
  await renameMembers(db, shop, pseudonyms);
}

/** One pass: there is no index by person. */
async function eraseMessages(db: Db, shop: string, keys: ReadonlySet<string>): Promise<void> {
  const pages = inPages({ delivery: '', metric: '' }, ({ delivery, metric }) =>
    db
      .selectFrom('messages')
      .select(['delivery', 'metric', 'person'])
      .where('shop', '=', shop)
      .where((eb) => eb(eb.refTuple('delivery', 'metric'), '>', eb.tuple(delivery, metric)))
      .orderBy('delivery')
      .orderBy('metric')
      .limit(PAGE_ROWS)
      .execute(),
  );
  for await (const rows of pages)
    for (const { delivery, metric, person } of rows)
      if (person !== null && keys.has(person))
        await db
          .updateTable('messages')
          .set({ person: null, received_at: 0 })
          .where('shop', '=', shop)
          .where('delivery', '=', delivery)
          .where('metric', '=', metric)
          .execute();
}

/** One pass over who was counted: there is no index by member. */
async function renameMembers(db: Db, shop: string, pseudonyms: ReadonlySet<string>): Promise<void> {
  const pages = inPages({ target: '', kind: '', member: '' }, ({ target, kind, member }) =>
    db
      .selectFrom('members')
      .select(['target', 'kind', 'member'])
      .where('shop', '=', shop)
      .where((eb) => eb(eb.refTuple('target', 'kind', 'member'), '>', eb.tuple(target, kind, member)))
      .orderBy('target')
      .orderBy('kind')
      .orderBy('member')
      .limit(PAGE_ROWS)
      .execute(),
  );
  for await (const rows of pages)
    for (const { target, kind, member } of rows)
      if (pseudonyms.has(member))
        await db
          .updateTable('members')
          .set({ member: crypto.randomUUID(), received_at: 0 })
          .where('shop', '=', shop)
          .where('target', '=', target)
          .where('kind', '=', kind)
          .where('member', '=', member)
          .execute();
}

const PAGE_ROWS = 2_000;

/** Reads a table page by page. @param start comes before every row. */
async function* inPages<Key, Row extends Key>(
  start: Key,
  readAfter: (last: Key) => Promise<Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let last: Key | undefined = start; last !== undefined; ) {
    const rows: Row[] = await readAfter(last);
    yield rows;
    last = rows.at(-1);
  }
}
