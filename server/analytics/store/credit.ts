import {
  attribute,
  attributeEvidenced,
  type Credit,
  evidencedPeople,
  type KnownTouch,
  type Links,
  peopleOf,
  TOUCH_MARGIN_MS,
  visitorsOf,
} from '../attribution.ts';
import type { PersonKey } from '../facts.ts';
import { followedAmong, isProven, isToken, linksToPeople, type Pair } from './needs-attribution.ts';
import { forParts, isAmong } from './rows.ts';
import type { Db, Tables } from './tables.ts';

/** What may be credited, and who had a part in it. `evidenced`: those of the people that belong to an order by proof. */
interface Creditable {
  atMs: number;
  people: readonly PersonKey[];
  evidenced?: readonly PersonKey[];
}

/** The credit of each order or action, or undefined. Reads what all of them need in a few queries. */
export async function creditFor(
  db: Db,
  { shop, attributionMs }: { shop: string; attributionMs: number },
  things: readonly Creditable[],
): Promise<(Credit | undefined)[]> {
  const links = await linksOfThings(db, shop, things);
  const whose = things.map(({ people, evidenced = [] }) => {
    const visitors = visitorsOf(evidenced, links);
    const isEvidenced = visitors.length > 0;
    return {
      isEvidenced,
      people: isEvidenced ? evidencedPeople(evidenced, visitors, links) : peopleOf(people, links),
    };
  });
  const everybody = [...new Set(whose.flatMap(({ people }) => [...people]))];
  const times = things.map(({ atMs }) => atMs);
  const from =
    times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - attributionMs - TOUCH_MARGIN_MS;
  const to = times.reduce((a, b) => Math.max(a, b), 0);
  const rows = await forParts(everybody, (part) =>
    db
      .selectFrom('touches')
      .selectAll()
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .where('at', '>=', from)
      .where('at', '<=', to)
      .execute(),
  );
  const touches = Map.groupBy(rows.map(toTouch), ({ person }) => person);
  return things.map(({ atMs }, index) => {
    const { people = [], isEvidenced = false } = whose[index] ?? {};
    const found = [...people].flatMap((person) => touches.get(person) ?? []);
    return (isEvidenced ? attributeEvidenced : attribute)(atMs, found, attributionMs);
  });
}

/** Links of all people, and of the visitors that showed an order's tokens. */
async function linksOfThings(db: Db, shop: string, things: readonly Creditable[]): Promise<Links> {
  const near = await linksToPeople(db, shop, [...new Set(things.flatMap(({ people }) => people))]);
  const tokens = new Set(things.flatMap(({ evidenced = [] }) => evidenced.filter(isToken)) as string[]);
  const visitors = near
    .filter(({ one, other }) => tokens.has(one) || tokens.has(other))
    .flatMap(({ one, other }) => [one, other])
    .filter((key) => key.startsWith('a:'));
  if (visitors.length === 0) return toLinks(near);
  const far = await linksToPeople(db, shop, [...new Set(visitors)]);
  return toLinks([
    ...new Map([...near, ...far].map((pair) => [`${pair.one}\n${pair.other}`, pair])).values(),
  ]);
}

function toLinks(rows: readonly Pair[]): Links {
  const links = new Map<PersonKey, Map<PersonKey, boolean>>();
  const isFollowed = followedAmong(rows);
  const add = (from: string, to: string, pair: Pair) => {
    if (!isFollowed(from, pair)) return;
    const linked = links.get(from as PersonKey) ?? new Map();
    links.set(from as PersonKey, linked.set(to as PersonKey, isProven(pair)));
  };
  for (const pair of rows) {
    add(pair.one, pair.other, pair);
    add(pair.other, pair.one, pair);
  }
  return links;
}

const toTouch = (row: Tables['touches']): KnownTouch & { person: string } => ({
  person: row.person,
  id: row.id,
  kind: row.kind as KnownTouch['kind'],
  atMs: Number(row.at),
  isClaim: Number(row.claimed) === 1,
  ...(row.marketing_event !== null && { marketingEventId: row.marketing_event }),
  ...(row.flow !== null && { flowId: row.flow }),
  ...(row.node !== null && { nodeId: row.node }),
});
