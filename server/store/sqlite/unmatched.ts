import type { OrderClaim } from '../../orders/claim.ts';
import { eventIdOfOrder } from '../../orders/event-id.ts';
import { toEvidence } from '../../orders/evidence.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { AcceptRow } from './accept-row.ts';
import { type EvidenceStore, isDenial } from './evidence.ts';
import type { Order } from './order.ts';
import type { Orders } from './orders.ts';
import { readStored } from './stored-event.ts';
import type { Voices } from './voices.ts';

/** The answer to a page whose id of the order is not the one that ad platforms are sent. */
export const UNMATCHED = { unmatched: 'now' } as const;

/** After the merge window evidence joins no more, and stages are sent under the id they have then. */
export const isLate = (receivedAtMs: number, { windowUntilMs }: Order) => receivedAtMs > windowUntilMs;

export type IsUnmatched = ReturnType<typeof createIsUnmatched>;

/**
 * True for a page's order whose id at ad platforms is not the one they are sent: it was reported before its merge window
 * ended, or is sent under another id, be it by its own name or by the name that a page before this one gave it.
 */
export function createIsUnmatched(
  orders: Orders,
  evidence: Pick<EvidenceStore, 'joined'>,
  voices: Pick<Voices, 'actsAsBrowser'>,
) {
  /** The id under which the order is, or will be, sent to ad platforms. */
  function eventIdOf(order: Order): string {
    if (order.eventId !== null) return order.eventId;
    const pages = evidence.joined(order).filter((one) => one.stage === 'placed' && !isDenial(one));
    const pixelIds = pages.toReversed().flatMap(({ body }) => toEvidence(readStored(body)).eventId ?? []);
    return eventIdOfOrder(order.canonicalId, orders.claimed(order).names, pixelIds);
  }

  return (row: AcceptRow, { stage, names, tokens }: OrderClaim): boolean => {
    const [shop, source, , receivedAtMs, body] = row;
    if (stage !== 'placed' || isTrusted(source)) return false;
    const named = orders.named(shop, names);
    const known = named.length > 0 ? named : orders.showing(shop, tokens);
    if (known.length === 0) return false;
    if (known.some((order) => isLate(receivedAtMs, order))) return true;
    const eventId = voices.actsAsBrowser(shop) ? undefined : toEvidence(readStored(body)).eventId;
    return eventId !== undefined && known.every((order) => eventIdOf(order) !== eventId);
  };
}
