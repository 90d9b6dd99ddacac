import type { Counters } from '../observe/counters.ts';
import type { Accepted, Entry } from '../store/store.ts';

/** More than one request of the snippet can hold. */
const MAX_LISTED = 50;

/**
 * The messageIds of orders that a page must not pass to the TikTok pixel it mirrors, because the order is sent under
 * another id, at most 50. Each is counted once.
 *
 * @param answers one for each entry.
 */
export function unmatchedOrders(
  shop: string,
  entries: readonly Entry[],
  answers: readonly Accepted[],
  counters: Counters,
): string[] {
  const found = entries.flatMap(({ event: { context, messageId } }, index) => {
    const unmatched = answers[index]?.unmatched;
    return unmatched && context.tiktok?.event_id !== undefined ? [{ unmatched, messageId }] : [];
  });
  const isNew = found.filter(({ unmatched }) => unmatched === 'now');
  counters.count('messages_skipped', { shop, reason: 'pixel-unmatched' }, isNew.length);
  return found.slice(0, MAX_LISTED).map(({ messageId }) => messageId);
}
