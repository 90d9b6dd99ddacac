import type { Source } from '../../../shared/protected-event.ts';

/** One order as the tables know it. */
export interface Order {
  id: number;
  canonicalId: string;
  reportedAtMs: number;
  /** Until then evidence of any age may join, and its stages wait. */
  windowUntilMs: number;
  userId: string | null;
  witness: string | null;
  eventId: string | null;
  isCancelled: number;
  /** JSON of Joined[], as of the stage that was leased last. */
  subjects: string | null;
}

/** Of the table `orders`. */
export const ORDER_COLUMNS = `orders.id, canonical_id AS canonicalId, reported_at AS reportedAtMs, window_until AS windowUntilMs,
  user_id AS userId, witness, event_id AS eventId, is_cancelled AS isCancelled, subjects`;

/** What the first report of an order fixes. */
export interface FirstReport {
  source: Source;
  receivedAtMs: number;
  /** How long after it evidence of any age may join. */
  mergeMs: number;
  witness: string | null;
  /**
   * A page's word made orders before the shop system reported its first, and makes none now. A trusted report joins one
   * of them only by a token or the buyer's address: else what a stranger invented would take the place of an order.
   */
  needsProof: boolean;
}
