import { isPayment } from '../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** What one report says has happened to its order. `updated`: its content changed. */
export type Stage = 'placed' | 'paid' | 'updated' | 'cancelled' | 'refunded';

/** The stage a track event reports; undefined for every other event. */
export function stageOf({ type, event, properties }: ProtectedEvent): Stage | undefined {
  if (type !== 'track') return undefined;
  if (event === 'Order Completed') return 'placed';
  if (event === 'Order Updated') return isPayment(event, properties) ? 'paid' : 'updated';
  if (event === 'Order Cancelled') return 'cancelled';
  return event === 'Order Refunded' ? 'refunded' : undefined;
}

/** What is known of an order when a report adds to it. */
export interface Progress {
  /** Stages that destinations are sent, or were. */
  emitted: ReadonlySet<Stage>;
  /** A report, this one included, says that it is cancelled. */
  isCancelled: boolean;
}

/**
 * Which stages a report adds for destinations, in their order. The stages of an order depend on the set of its reports
 * alone, not on the order in which they arrive; with one exception: an order that was cancelled before it was reported
 * is not reported as placed any more, nor is a payment that arrives after the cancellation.
 *
 * Refunds have ids of their own and are decided one by one by the caller.
 */
export function stagesAdded(stage: Exclude<Stage, 'refunded'>, { emitted, isCancelled }: Progress): Stage[] {
  const wanted: Record<typeof stage, Stage[]> = {
    placed: isCancelled ? [] : ['placed'],
    paid: isCancelled ? [] : ['placed', 'paid'],
    updated: [],
    cancelled: ['cancelled'],
  };
  return wanted[stage].filter((one) => !emitted.has(one));
}

/** The deduplication key of one stage: of an order by its canonical id, of a refund by its own id. */
export function keyOfStage(stage: Stage, canonicalId: string, refundId: string): string {
  if (stage === 'refunded') return `refund:${refundId}`;
  return stage === 'placed' ? `order:${canonicalId}` : `order:${canonicalId}:${stage}`;
}
