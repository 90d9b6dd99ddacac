import type { PersonKey } from '../facts.ts';
import type { Visitor } from '../store.ts';
import { isLatestSaid } from './conflicts.ts';
import { countPeople, linksToPeople, MAX_LINKS } from './needs-attribution.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';
import { latestSaid, uniqueBy } from './unique.ts';

export async function putVisitors(db: Db, shop: string, visitors: readonly Visitor[]): Promise<void> {
  const latest = uniqueBy(visitors, ({ anonymousId }) => anonymousId, latestSaid);
  const rows = latest.map((visitor) => ({
    shop,
    anonymous_id: visitor.anonymousId,
    seen_at: Date.parse(visitor.seenAt),
    body: JSON.stringify(visitor),
  }));
  await forParts(rows, (part) =>
    db
      .insertInto('visitors')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'anonymous_id'])
          .doUpdateSet((eb) => ({ seen_at: eb.ref('excluded.seen_at'), body: eb.ref('excluded.body') }))
          .where(isLatestSaid),
      )
      .execute(),
  );
}

/** The visitors among these ids and the ids linked to them, latest first. */
export async function visitorsOf(db: Db, shop: string, people: readonly PersonKey[]): Promise<Visitor[]> {
  const links = await linksToPeople(db, shop, people);
  const counts = countPeople(links);
  const followed = new Set<string>(people.filter((key) => (counts.get(key) ?? 0) <= MAX_LINKS));
  const near = links.filter(({ one, other }) => followed.has(one) || followed.has(other));
  const keys = [...people, ...near.flatMap(({ one, other }) => [one, other])];
  const ids = [...new Set(keys.filter((key) => key.startsWith('a:')).map((key) => key.slice(2)))];
  const rows = await forParts(ids, (part) =>
    db
      .selectFrom('visitors')
      .select(['body', 'seen_at'])
      .where('shop', '=', shop)
      .where('anonymous_id', 'in', part)
      .execute(),
  );
  return rows
    .sort((a, b) => Number(b.seen_at) - Number(a.seen_at))
    .map(({ body }) => JSON.parse(body) as Visitor);
}
