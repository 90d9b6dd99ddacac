/** What is known of one thing that must be sent once: about to be sent, or accepted (with the API's id for it). */
export interface LedgerEntry {
  state: 'noted' | 'settled';
  remoteId?: string;
}

/**
 * Remembers what went to an API that cannot deduplicate by itself. Keys belong to one consumer; they are kept 400 days.
 * Every call is durable when it resolves, and rejects with `LogUnavailable` while the disk cannot take it.
 */
export interface Ledger {
  /** Notes that these are about to be sent; answers what was known of each before. Settled ones stay settled. */
  reserve(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
  /** They were accepted. */
  confirm(consumer: string, entries: readonly { key: string; remoteId?: string }[]): Promise<void>;
  /** They were certainly not accepted: forgets what was only noted. */
  release(consumer: string, keys: readonly string[]): Promise<void>;
  find(consumer: string, keys: readonly string[]): Promise<Map<string, LedgerEntry>>;
  close(): Promise<void>;
}
