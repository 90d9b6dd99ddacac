import type { PersonKey } from '../facts.ts';
import { linksOf } from './needs-attribution.ts';
import type { Db } from './tables.ts';

/** Browsers and Customer.io's ids that events carried together with these people: theirs alone, or also others'. */
export async function near(
  db: Db,
  shop: string,
  people: readonly PersonKey[],
): Promise<{ own: PersonKey[]; shared: PersonKey[] }> {
  const linked = await linksOf(db, shop, people);
  const beside = new Set(linked.flatMap(({ one, other }) => [one, other]));
  const leaves = new Set([...beside].filter((key) => /^[ac]:/.test(key)));
  for (const key of people) leaves.delete(key);
  // What came together with the person is no other person.
  const known = new Set<string>([...people, ...beside]);
  const shared = new Set<string>();
  for (const { one, other } of await linksOf(db, shop, [...leaves]))
    for (const [leaf, person] of [
      [one, other],
      [other, one],
    ] as const)
      if (leaves.has(leaf) && /^[ue]:/.test(person) && !known.has(person)) shared.add(leaf);
  return {
    own: [...leaves].filter((leaf) => !shared.has(leaf)) as PersonKey[],
    shared: [...shared] as PersonKey[],
  };
}
