import { MATCH_KEYS, type MatchKey } from '../../shared/match-keys.ts';
import type { Destination } from '../destinations/destination.ts';
import type { MatchCounts } from '../store/history.ts';
import { type Sent, worst } from './send.ts';

/** A name is text of a page, and a row has a place for so many. */
const MAX_NAME = 100;
const MAX_NAMES = 50;

/**
 * Of the events that were accepted, by name (of others than `track`: by type), how many carried each key: each event once
 * by key, however many payloads it has. Undefined where none was accepted, or the destination names no keys.
 */
export function matchOf(destination: Destination, sent: readonly Sent[]): MatchCounts | undefined {
  const { matchKeys, valueKeys } = destination;
  if (!matchKeys && !valueKeys) return undefined;
  const counts = new Map<string, MatchCounts[string]>();
  for (const { delivery, payloads, results } of sent) {
    if (worst(results).kind !== 'delivered') continue;
    const found = countsOf(counts, delivery.event.event ?? delivery.event.type);
    found[0]++;
    const keysOf = (payload: unknown) => [...(matchKeys?.(payload) ?? []), ...(valueKeys?.(payload) ?? [])];
    for (const key of new Set(payloads.flatMap(keysOf))) found[1][key] = (found[1][key] ?? 0) + 1;
  }
  return counts.size > 0 ? Object.fromEntries(counts) : undefined;
}

/** Further names than a row has a place for share one, which is empty. */
function countsOf(counts: Map<string, MatchCounts[string]>, name: string): MatchCounts[string] {
  const cut = name.slice(0, MAX_NAME);
  const kept = counts.has(cut) || counts.size < MAX_NAMES ? cut : '';
  const found: MatchCounts[string] = counts.get(kept) ?? [0, {}];
  counts.set(kept, found);
  return found;
}

/** The keys of people alone, of all names together. */
export function matchKeysOf(match: MatchCounts): Map<MatchKey, number> {
  const sums = new Map<MatchKey, number>();
  for (const [, keys] of Object.values(match))
    for (const key of MATCH_KEYS) {
      const count = keys[key];
      if (count !== undefined) sums.set(key, (sums.get(key) ?? 0) + count);
    }
  return sums;
}
