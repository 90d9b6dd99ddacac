import { LRUCache } from 'lru-cache';
import type { Consent } from '../../../shared/consent.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

/** Nearly all messages of a visitor repeat the choice of the one before. */
const MAX_KNOWN = 20_000;

/** What each browser's visitor chose last, by anonymous id. Assumed answers and ids that can be guessed are not kept. */
export interface Choices {
  record(shop: string, visitor: string, consent: Consent, receivedAtMs: number): void;
  /** Undefined for a visitor who has not chosen. */
  of(shop: string, visitor: string): Consent | undefined;
}

export function createChoices(store: OpenStore): Choices {
  const put = prepare(
    store.connection,
    `INSERT INTO choices (shop, visitor, received_at, consent) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET received_at = ?3, consent = ?4 WHERE ?3 >= received_at`,
  );
  const find = prepare<{ consent: string }>(
    store.connection,
    'SELECT consent FROM choices WHERE shop = ? AND visitor = ?',
  );
  const known = new LRUCache<string, string>({ max: MAX_KNOWN });
  // What a failed transaction wrote is not there: the next message writes it again.
  store.joinTransactions({ begin() {}, rollback: () => known.clear() });
  return {
    record(shop, visitor, consent, receivedAtMs) {
      const key = `${shop}\n${visitor}`;
      const text = JSON.stringify(consent);
      if (known.get(key) === text) return;
      put.run(shop, visitor, receivedAtMs, text);
      known.set(key, text);
    },
    of(shop, visitor) {
      const row = find.get(shop, visitor);
      return row && JSON.parse(row.consent);
    },
  };
}
