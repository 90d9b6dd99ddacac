import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { AnalyticsStore, ExportedFacts } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { DecryptionFailed, type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import type { Exported } from '../store/person.ts';
import type { Store } from '../store/store.ts';
import { type AskedPerson, findPerson, withBrowsers } from './person.ts';

/** Everything held of one person in one shop, as JSON. */
export interface PersonExport extends Omit<Exported, 'isFound' | 'events'> {
  shop: string;
  found: boolean;
  /** Every id under which it was found; empty when nothing was. */
  ids: string[];
  /** `sealed`: values that are kept encrypted until the destinations that need them have been sent them. */
  events: { event: ProtectedEvent; sealed?: RawPii; mentions?: true }[];
  /** Absent when no shop was ever counted. */
  statistics?: ExportedFacts;
}

export interface ExportParts {
  log: Pick<Store, 'personOf' | 'exportPerson'>;
  piiEncryption: PiiEncryption;
  state: Pick<AnalyticsStore, 'near' | 'exportPerson'> | undefined;
}

/** What an erasure of the same ids would remove. */
export async function exportVisitor(
  { log, piiEncryption, state }: ExportParts,
  shop: Shop,
  asked: AskedPerson,
): Promise<PersonExport> {
  const { query, keys } = await findPerson({ log, state }, shop, asked);
  const { isFound, events, ...exported } = await log.exportPerson(shop.id, query);
  const statistics = await state?.exportPerson(shop.id, withBrowsers(keys, exported.browsers));
  const isCounted = Object.values(statistics ?? {}).some(({ length }) => length > 0);
  return {
    shop: shop.id,
    found: isFound || isCounted,
    ids: isFound || isCounted ? [...new Set([...query.ids, ...exported.browsers])] : [],
    ...exported,
    events: events.map(({ encryptedPii, ...one }) => {
      const sealed = encryptedPii === undefined ? undefined : open(piiEncryption, encryptedPii, one.event);
      return { ...one, ...(sealed && { sealed }) };
    }),
    ...(statistics && { statistics }),
  };
}

/** Undefined when the key is configured no more: nothing can read them then. */
function open(piiEncryption: PiiEncryption, encrypted: string, event: ProtectedEvent): RawPii | undefined {
  try {
    return piiEncryption.decrypt(encrypted, piiBinding(event));
  } catch (error) {
    if (error instanceof DecryptionFailed) return undefined;
    throw error;
  }
}
