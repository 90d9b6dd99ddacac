import type { PersonQuery } from '../../person.ts';
import type { FoundPerson } from '../../search.ts';
import { createFindPerson } from '../find-person.ts';
import type { PersonRows } from '../person-rows.ts';
import { type Connection, prepare } from '../prepare.ts';

/** A person by the rule of erasures, read from the rows that the index names. */
export function createFindPeople(connection: Connection, rows: PersonRows) {
  const findPerson = createFindPerson({ connection, schema: 'store' }, rows);
  const eventsOf = prepare<{ seq: number }>(connection, 'SELECT seq FROM store.events WHERE order_id = ?');
  const linksOf = prepare<{ userId: string; key: string; atMs: number }>(
    connection,
    'SELECT user_id AS userId, key, at AS atMs FROM store.person_links WHERE shop = ? AND user_id = ?',
  );

  return function* person(shop: string, query: PersonQuery): Generator<undefined, FoundPerson> {
    const { person, events, orders, userIds, claimed } = yield* findPerson(shop, query);
    const own = new Set(events.filter(({ relation }) => relation === 'own').map(({ id }) => id));
    for (const { id } of orders) for (const { seq } of eventsOf.all(id)) own.add(seq);
    const links = [...person.ids].flatMap((id) => linksOf.all(shop, id));
    return {
      ...{ userIds, claimed, events: own.size },
      mentions: events.filter(({ id }) => !own.has(id)).length,
      browsers: [...person.browsers].filter((id) => !person.ids.has(id)),
      orders: orders.map(({ canonicalId }) => canonicalId),
      links: links.map(({ atMs, ...link }) => ({ ...link, at: new Date(atMs).toISOString() })),
    };
  };
}
