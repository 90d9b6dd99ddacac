import type { Destination } from '../destinations/destination.ts';
import type { Ledger, LedgerEntry } from '../store/ledger.ts';

/** The keys that one round has reserved, for payloads that may be accepted only once. */
export interface Reservation {
  /**
   * `new`: may be sent. `accepted`: the API accepted its key before. `in-flight`: another payload with its key is being
   * sent, by this round or by another.
   */
  statusOf(payload: unknown): 'new' | 'accepted' | 'in-flight';
  /** Keys whose earlier outcome is unknown (a crash, a lost response): sending them again may count twice. */
  uncertain: readonly string[];
  /** Frees the keys for other rounds, once every payload of this round is settled. */
  release(): void;
}

/** Writes the keys of a round's payloads to the ledger before anything is sent. */
export type Reserve = (payloads: readonly unknown[]) => Promise<Reservation>;

/** Shared by all rounds of one worker. A destination without `once` reserves nothing. */
export function createReserve(destination: Destination, ledger: Ledger, consumer: string): Reserve {
  const inFlight = new Set<string>();
  const keyOf = (payload: unknown) => destination.once?.(payload);

  return async function reserve(payloads) {
    /** The first payload with a key holds it; a keyed payload that is missing here has its key in flight. */
    const heldKeys = new Map<unknown, string>();
    for (const payload of payloads) {
      const key = keyOf(payload);
      if (key === undefined || inFlight.has(key)) continue;
      inFlight.add(key);
      heldKeys.set(payload, key);
    }
    const release = () => {
      for (const key of heldKeys.values()) inFlight.delete(key);
    };
    let known: Map<string, LedgerEntry>;
    try {
      known = heldKeys.size > 0 ? await ledger.reserve(consumer, [...heldKeys.values()]) : new Map();
    } catch (error) {
      release();
      throw error;
    }
    return {
      release,
      statusOf(payload) {
        const key = heldKeys.get(payload);
        if (key === undefined) return keyOf(payload) === undefined ? 'new' : 'in-flight';
        return known.get(key)?.state === 'confirmed' ? 'accepted' : 'new';
      },
      uncertain: [...known].filter(([, { state }]) => state === 'reserved').map(([key]) => key),
    };
  };
}
