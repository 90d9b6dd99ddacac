import type { Source } from '../../../shared/protected-event.ts';
import { createCache } from '../../lib/cache.ts';

interface Sent {
  source: Source;
  /** Keyed digest of the sender's address. */
  witness: string | null;
  /** Epoch ms. */
  receivedAtMs: number;
}

/** New records that grant something and that the browsers behind one address may add in a day. */
const MAX_NEW = 5_000;
const MAX_ADDRESSES = 50_000;
const DAY_MS = 86_400_000;

/**
 * Bounds what browsers add. Counted in memory.
 *
 * @returns counts a new record that grants something; false beyond the bound of its address.
 */
export function createConsentBound(): (sent: Sent) => boolean {
  const added = createCache<string, { day: number; count: number }>(MAX_ADDRESSES);
  return ({ source, witness, receivedAtMs }) => {
    if (source !== 'browser') return true;
    const day = Math.floor(receivedAtMs / DAY_MS);
    const address = added.get(witness ?? '');
    const count = address?.day === day ? address.count : 0;
    if (count >= MAX_NEW) return false;
    added.set(witness ?? '', { day, count: count + 1 });
    return true;
  };
}
