import type { Destination } from '../destinations/destination.ts';
import type { Ledger, LedgerEntry } from '../store/ledger.ts';

/** What one round knows about payloads that may be accepted only once ever. */
export interface Once {
  /** `sent`: accepted before. `busy`: another payload with the key is on its way, in this round or in one beside it. */
  verdict(payload: unknown): 'send' | 'sent' | 'busy';
  /** Keys that a crash or a lost answer left open, so that sending again may count twice. */
  open: readonly string[];
  /** Lets go of the keys: everything of the round is settled. */
  release(): void;
}

/** Notes every key of a round before anything is sent, and tells what was known of them. */
export type NoteOnce = (payloads: readonly unknown[]) => Promise<Once>;

/** For all rounds of one worker. */
export function createOnce(destination: Destination, ledger: Ledger, consumer: string): NoteOnce {
  const underWay = new Set<string>();
  const keyOf = (payload: unknown) => destination.once?.(payload);

  return async function noteOnce(payloads) {
    /** First come, first served: a payload that is not in here has no key, or its key is busy. */
    const keys = new Map<unknown, string>();
    for (const payload of payloads) {
      const key = keyOf(payload);
      if (key === undefined || underWay.has(key)) continue;
      underWay.add(key);
      keys.set(payload, key);
    }
    const release = () => {
      for (const key of keys.values()) underWay.delete(key);
    };
    const known = await note([...keys.values()]).catch((error: unknown) => {
      release();
      throw error;
    });
    return {
      release,
      verdict(payload) {
        const key = keys.get(payload);
        if (key === undefined) return keyOf(payload) === undefined ? 'send' : 'busy';
        return known.get(key)?.state === 'settled' ? 'sent' : 'send';
      },
      open: [...known].filter(([, { state }]) => state === 'noted').map(([key]) => key),
    };
  };

  async function note(keys: readonly string[]): Promise<Map<string, LedgerEntry>> {
    return keys.length > 0 ? ledger.reserve(consumer, keys) : new Map();
  }
}
