/** What is known of one key: about to be sent (`reserved`), or accepted (`confirmed`, with the API's id for it). */
export interface LedgerEntry {
  state: 'reserved' | 'confirmed';
  remoteId?: string;
}

/**
 * Records what was sent to an API that cannot deduplicate by itself. Keys belong to one consumer and are kept 400 days.
 * What became of them is settled together with the deliveries (`Store.settle`).
 */
export interface Ledger {
  /** Records keys before they are sent. Returns what was known of each before; confirmed keys stay confirmed. */
  reserve(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
  find(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
}
