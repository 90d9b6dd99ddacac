import {
  attribute,
  type Credit,
  type KnownTouch,
  type Links,
  peopleOf,
  TOUCH_MARGIN_MS,
} from '../attribution.ts';
import type { PersonKey } from '../facts.ts';
import { countPeople, linksToPeople, MAX_LINKS } from './needs-attribution.ts';
import { forParts } from './rows.ts';
import type { Db, Tables } from './tables.ts';

/** The credit of each order or action, or undefined. Reads what all of them need in a few queries. */
export async function creditFor(
  db: Db,
  { shop, attributionMs }: { shop: string; attributionMs: number },
  things: readonly { atMs: number; people: readonly PersonKey[] }[],
): Promise<(Credit | undefined)[]> {
  const links = toLinks(await linksToPeople(db, shop, [...new Set(things.flatMap(({ people }) => people))]));
  const peopleOfEach = things.map(({ people }) => peopleOf(people, links));
  const everybody = [...new Set(peopleOfEach.flatMap((people) => [...people]))];
  const times = things.map(({ atMs }) => atMs);
  const from =
    times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - attributionMs - TOUCH_MARGIN_MS;
  const to = times.reduce((a, b) => Math.max(a, b), 0);
  const rows = await forParts(everybody, (part) =>
    db
      .selectFrom('touches')
      .selectAll()
      .where('shop', '=', shop)
      .where('person', 'in', part)
      .where('at', '>=', from)
      .where('at', '<=', to)
      .execute(),
  );
  const touches = Map.groupBy(rows.map(toTouch), ({ person }) => person);
  return things.map(({ atMs }, index) => {
    const found = [...(peopleOfEach[index] ?? [])].flatMap((person) => touches.get(person) ?? []);
    return attribute(atMs, found, attributionMs);
  });
}

function toLinks(rows: readonly { one: string; other: string }[]): Links {
  const links = new Map<PersonKey, Set<PersonKey>>();
  const counts = countPeople(rows);
  const add = (from: string, to: string) => {
    if ((counts.get(from) ?? 0) > MAX_LINKS) return;
    const linked = links.get(from as PersonKey) ?? new Set();
    links.set(from as PersonKey, linked.add(to as PersonKey));
  };
  for (const { one, other } of rows) {
    add(one, other);
    add(other, one);
  }
  return links;
}

const toTouch = (row: Tables['touches']): KnownTouch & { person: string } => ({
  person: row.person,
  id: row.id,
  kind: row.kind as KnownTouch['kind'],
  atMs: Number(row.at),
  ...(row.marketing_event !== null && { marketingEventId: row.marketing_event }),
  ...(row.flow !== null && { flowId: row.flow }),
  ...(row.node !== null && { nodeId: row.node }),
});
