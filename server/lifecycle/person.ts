import type { PersonKey } from '../analytics/facts.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import { isSha256, sha256 } from '../privacy/hash.ts';
import { normalizePhone } from '../privacy/normalize.ts';
import { protectId } from '../privacy/protect.ts';
import { redactText } from '../privacy/redact.ts';
import { type DescribedConsent, describeConsent } from '../store/consent-record.ts';
import type { PersonQuery } from '../store/person.ts';
import type { Store } from '../store/store.ts';

/** Whom an erasure or an export is asked for. */
export interface AskedPerson {
  /** User ids, anonymous ids, digests of emails and phones; an email or a phone with its plus is normalised as at ingest. */
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

/** What is recorded of a person's consent in one shop. */
export interface PersonConsents {
  shop: string;
  /** The asked id as it is stored, and what the backend or a paid order linked to it. */
  ids: string[];
  /** Browsers that claimed to be nobody else, as far as statistics know. */
  browsers: string[];
  /** Of each of these that has a record. */
  consents: DescribedConsent[];
}

/** E.164. Undefined unless the id is a phone number in full, with its plus. */
function phoneOf(id: string): string | undefined {
  const text = id.normalize('NFKC').trim();
  return text.startsWith('+') ? normalizePhone(text, '') : undefined;
}

/** True for an id that shows an email, or is a phone number with its plus. */
export const isClear = (id: string): boolean => redactText(id) !== id || phoneOf(id) !== undefined;

/** As it is stored; of a phone number, which may be a user id, also the digest. */
function storedIds(id: string): string[] {
  const phone = phoneOf(id);
  return [isSha256(id) ? id.toLowerCase() : protectId(id), ...(phone === undefined ? [] : [sha256(phone)])];
}

/** The keys of a person for the statistics, with the browsers that the store found to be theirs. */
export const withBrowsers = (keys: readonly PersonKey[], browsers: readonly string[]): PersonKey[] => [
  ...new Set([...keys, ...browsers.map((id): PersonKey => `a:${id}`)]),
];

/** Follows what trusted voices linked, and finds the browsers that may be the person's. */
export async function findPerson(
  { log, state }: Parts,
  shop: string,
  { ids, browsers = [], orders = [] }: AskedPerson,
): Promise<KnownPerson> {
  const asked = ids.flatMap(storedIds);
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

/** The consent records of a person, without reading their events. */
export async function findConsents(
  { log, state }: Parts & { log: Pick<Store, 'consentHistory'> },
  shop: string,
  asked: AskedPerson,
): Promise<PersonConsents> {
  const { query } = await findPerson({ log, state }, shop, asked);
  const { candidates = [], shared = [] } = query;
  const ids = [...query.ids];
  const browsers = candidates.filter((id) => !shared.includes(id) && !ids.includes(id));
  const records = [...ids, ...browsers].map(async (id) =>
    describeConsent(id, await log.consentHistory(shop, id)),
  );
  return { shop, ids, browsers, consents: (await Promise.all(records)).flat() };
}
