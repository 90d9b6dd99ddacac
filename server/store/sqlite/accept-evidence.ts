import type { OrderClaim } from '../../orders/claim.ts';
import type { Accepted } from '../store.ts';
import type { AcceptRow } from './accept-row.ts';
import { evidenceKey, toBlob } from './dedup-keys.ts';
import type { InsertRow } from './event-rows.ts';
import { type EvidenceStore, type Sent, senderParts } from './evidence.ts';
import type { Order } from './order.ts';
import { evidenceRow } from './order-rows.ts';
import type { Orders } from './orders.ts';
import { type IsUnmatched, UNMATCHED } from './unmatched.ts';

/** Reports of browsers whose word makes no order, within the accept transaction. */
export function createAcceptEvidence(orders: Orders, evidence: EvidenceStore, isUnmatched: IsUnmatched) {
  /** Undefined when it is known already; `order`: the one it proves to belong to. */
  function putEvidence(
    shop: string,
    claim: OrderClaim,
    shown: Sent,
    nowMs: number,
  ): { order: Order | undefined } | undefined {
    const { stage, part, names, tokens } = claim;
    const key = toBlob(evidenceKey([stage, part, ...senderParts(shown), ...names, ...tokens]));
    const put = evidence.put(shop, key, claim, shown);
    if (!put) return undefined;
    const known = { byToken: orders.showing(shop, tokens), byName: orders.named(shop, names) };
    return { order: evidence.joinLate(put, known, nowMs) };
  }

  /** A browser's report where its word makes no order: kept once, joined where it proves to belong to one. */
  function acceptEvidence(row: AcceptRow, claim: OrderClaim, nowMs: number, insert: InsertRow): Accepted {
    const [shop, , , receivedAtMs, body, , details, [, , choice]] = row;
    const { visitor = '', witness = null } = details ?? {};
    const isDenying = choice.includes('d');
    const put = putEvidence(shop, claim, { visitor, receivedAtMs, body, witness, isDenying }, nowMs);
    const unmatched = isUnmatched(row, claim) && UNMATCHED;
    if (!put) return { isStored: false, ...unmatched };
    const { order } = put;
    if (!order) return { isStored: true, isEvidence: true, ...unmatched };
    if (claim.stage === 'placed') insert(evidenceRow(row, body, order));
    return { isStored: true, isEvidence: true, orderId: order.canonicalId, ...unmatched };
  }

  return { put: putEvidence, accept: acceptEvidence };
}
