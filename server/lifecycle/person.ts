import type { PersonKey } from '../analytics/facts.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { isSha256 } from '../privacy/hash.ts';
import { phoneOfId, protectId } from '../privacy/protect-id.ts';
import { redactId } from '../privacy/redact.ts';
import type { PersonQuery } from '../store/person.ts';
import type { Store } from '../store/store.ts';

/** Whom an erasure or an export is asked for. */
export interface AskedPerson {
  /** User ids, anonymous ids, digests of emails and phones; an email or a phone is normalised as at ingest. */
  ids: readonly string[];
  /** Anonymous ids beside those: browsers that were listed before as linked by claims alone. */
  browsers?: readonly string[];
  /** Names of orders. */
  orders?: readonly string[];
}

/** A person as the store and the statistics look for them. */
export interface KnownPerson {
  query: PersonQuery;
  keys: PersonKey[];
}

interface Parts {
  log: Pick<Store, 'personOf'>;
  /** Absent when no shop was ever counted. */
  state: Pick<AnalyticsStore, 'near'> | undefined;
}

/** True for an id that shows an email, or is a phone number: with `+`, `00`, or the trunk zero of one of the countries. */
export const isClear = (id: string, countries: readonly string[]): boolean =>
  redactId(id) !== id || [undefined, ...countries].some((country) => phoneOfId(id, country) !== undefined);

/** As it is stored. Events from before phones were recognised as ids hold them as they were sent. */
function storedIds(id: string, country: string): string[] {
  if (isSha256(id)) return [id.toLowerCase()];
  return phoneOfId(id, country) === undefined ? [protectId(id, country)] : [id, protectId(id, country)];
}

/** The keys of a person for the statistics, with the browsers that the store found to be theirs. */
export const withBrowsers = (keys: readonly PersonKey[], browsers: readonly string[]): PersonKey[] => [
  ...new Set([...keys, ...browsers.map((id): PersonKey => `a:${id}`)]),
];

/** Follows what trusted voices linked, and finds the browsers that may be the person's. */
export async function findPerson(
  { log, state }: Parts,
  { id: shop, country }: Pick<Shop, 'id' | 'country'>,
  { ids, browsers = [], orders = [] }: AskedPerson,
): Promise<KnownPerson> {
  const asked = ids.flatMap((id) => storedIds(id, country));
  const person = await log.personOf(shop, asked);
  const keys: PersonKey[] = [
    ...person.flatMap((id): PersonKey[] => [`u:${id}`, `e:${id}`]),
    ...[...asked, ...browsers].map((id): PersonKey => `a:${id}`),
  ];
  const { own, shared } = (await state?.near(shop, keys)) ?? { own: [], shared: [] };
  const browsersOf = (all: readonly PersonKey[]) =>
    all.filter((key) => key.startsWith('a:')).map((key) => key.slice(2));
  return {
    query: { ids: person, browsers, candidates: browsersOf(own), shared: browsersOf(shared), orders },
    keys: [...keys, ...own.filter((key) => key.startsWith('c:'))],
  };
}
