import type { Destination } from '../destinations/destination.ts';
import type { Ledger, LedgerEntry } from '../state/ledger.ts';

/** What one round knows about payloads that may be accepted only once ever. */
export interface Once {
  /** `sent`: accepted before. `busy`: another payload of this round carries the key. */
  verdict(payload: unknown): 'send' | 'sent' | 'busy';
  /** Keys that a crash or a lost answer left open, so that sending again may count twice. */
  open: readonly string[];
}

/** Notes every key of a round before anything is sent, and tells what was known of them. */
export async function noteOnce(
  destination: Destination,
  ledger: Ledger,
  consumer: string,
  payloads: readonly unknown[],
): Promise<Once> {
  const keyOf = (payload: unknown) => destination.once?.(payload);
  const keys = [...new Set(payloads.map(keyOf).filter((key) => key !== undefined))];
  const known: Map<string, LedgerEntry> = keys.length > 0 ? await ledger.note(consumer, keys) : new Map();
  const taken = new Set<string>();
  return {
    verdict(payload) {
      const key = keyOf(payload);
      if (key === undefined) return 'send';
      if (known.get(key)?.state === 'settled') return 'sent';
      if (taken.has(key)) return 'busy';
      taken.add(key);
      return 'send';
    },
    open: keys.filter((key) => known.get(key)?.state === 'noted'),
  };
}
