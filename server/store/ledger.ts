/** What is known of one key: about to be sent (`reserved`), or accepted (`confirmed`, with the API's id for it). */
export interface LedgerEntry {
  state: 'reserved' | 'confirmed';
  remoteId?: string;
}

/**
 * Records what was sent to an API that cannot deduplicate by itself. Keys belong to one consumer and are kept 400 days.
 * Every call is durable when it resolves, and rejects with `LogUnavailable` while the disk cannot store it.
 */
export interface Ledger {
  /** Records keys before they are sent. Returns what was known of each before; confirmed keys stay confirmed. */
  reserve(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
  /** Records that the API accepted them. */
  confirm(consumer: string, entries: readonly { key: string; remoteId?: string }[]): Promise<void>;
  /** Deletes reserved keys that were certainly not accepted. Confirmed keys stay. */
  release(consumer: string, keys: readonly string[]): Promise<void>;
  find(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
  close(): Promise<void>;
}
