import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { type DescribedConsent, describeConsent } from '../store/consent-record.ts';
import type { FoundPerson, Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import { type AskedPerson, findPerson } from './person.ts';
import { type Remains, remainsOf } from './remains.ts';

/** Of each list the first ones are shown; `counts` has how many there are. */
const MOST_LISTED = 200;

/** A person as an operator sees them before anything is erased. */
export interface DescribedPerson {
  shop: string;
  /** The asked id as it is stored, and what the backend or a paid order linked to it. */
  ids: string[];
  /** Browsers that claimed to be nobody else, as far as statistics know. */
  browsers: string[];
  /** Of each of these that has a record. */
  consents: DescribedConsent[];
  links: {
    /** Stated by trusted voices. */
    evidenced: FoundPerson['links'];
    /** Claimed by browsers alone; nothing follows them. */
    claimed: FoundPerson['claimed'];
  };
  /** Canonical ids, the latest first. */
  orders: string[];
  /** How many of each there are, whatever is shown of them. */
  counts: {
    events: number;
    /** Events of others that carry an id or a digest of theirs. */
    mentions: number;
    orders: number;
    browsers: number;
    evidenced: number;
    claimed: number;
  };
  remains: Remains[];
}

const first = <T>(all: readonly T[]): T[] => all.slice(0, MOST_LISTED);

interface Parts {
  log: Pick<Store, 'personOf' | 'consentHistory'>;
  search: Pick<Search, 'person'>;
  state: Pick<AnalyticsStore, 'near'> | undefined;
}

/** Who is linked to a person and by what, their orders and consent records, and what an erasure cannot remove. */
export async function describeVisitor(
  { log, search, state }: Parts,
  shop: Shop,
  asked: AskedPerson,
): Promise<DescribedPerson> {
  const { query } = await findPerson({ log, state }, shop, asked);
  const { links, claimed, orders, events, mentions } = await search.person(shop.id, query);
  const { ids, candidates = [], shared = [] } = query;
  const browsers = candidates.filter((id) => !shared.includes(id) && !ids.includes(id));
  const records = [...first(ids), ...first(browsers)].map(async (id) =>
    describeConsent(id, await log.consentHistory(shop.id, id)),
  );
  return {
    ...{ shop: shop.id, ids: first(ids), browsers: first(browsers) },
    consents: (await Promise.all(records)).flat(),
    links: {
      evidenced: first(links),
      claimed: { userIds: first(claimed.userIds), browsers: first(claimed.browsers) },
    },
    orders: first(orders.toReversed()),
    counts: {
      ...{ events, mentions, orders: orders.length, browsers: browsers.length, evidenced: links.length },
      claimed: claimed.userIds.length + claimed.browsers.length,
    },
    remains: remainsOf(shop),
  };
}
