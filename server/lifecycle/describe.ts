import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Exported } from '../store/person.ts';
import type { Store } from '../store/store.ts';
import { type AskedPerson, findConsents, findPerson, type PersonConsents } from './person.ts';
import { type Remains, remainsOf } from './remains.ts';

/** A person as an operator sees them before anything is erased. */
export interface DescribedPerson extends PersonConsents {
  links: {
    /** Stated by trusted voices. */
    evidenced: Exported['links'];
    /** Claimed by browsers alone; nothing follows them. */
    claimed: Exported['claimed'];
  };
  /** Canonical ids. */
  orders: string[];
  remains: Remains[];
}

interface Parts {
  log: Pick<Store, 'personOf' | 'consentHistory' | 'exportPerson'>;
  state: Pick<AnalyticsStore, 'near'> | undefined;
}

/** Who is linked to a person and by what, their orders and consent records, and what an erasure cannot remove. */
export async function describeVisitor(
  { log, state }: Parts,
  shop: Shop,
  asked: AskedPerson,
): Promise<DescribedPerson> {
  const { query } = await findPerson({ log, state }, shop, asked);
  const { links, claimed, orders } = await log.exportPerson(shop.id, query);
  const consents = await findConsents({ log, state }, shop, asked);
  return { ...consents, links: { evidenced: links, claimed }, orders, remains: remainsOf(shop) };
}
