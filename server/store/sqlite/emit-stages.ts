import type { OrderClaim } from '../../orders/claim.ts';
import { keyOfStage, type Stage, stagesAdded } from '../../orders/stages.ts';
import type { AcceptRow } from './accept-row.ts';
import { AUDIENCE } from './audience.ts';
import { orderKeyOf, toBlob } from './dedup-keys.ts';
import type { InsertRow } from './event-rows.ts';
import type { FormerKeys } from './former-keys.ts';
import { AFTER_ORDER_MS } from './hold-times.ts';
import type { Order } from './order.ts';
import { asPlaced, reportRow } from './order-rows.ts';
import type { Orders } from './orders.ts';
import type { Voices } from './voices.ts';

interface EmitParts {
  setByMs: number;
  mergeMs: number;
  /** Until when the order waits for its total; 0 when it does not. */
  untilMs: number;
  insert: InsertRow;
}

/** The stages of an order that destinations are sent: which ones a report adds, and their rows. */
export function createEmitStages(
  orders: Orders,
  voices: Pick<Voices, 'actsAsBrowser'>,
  formerKeys: Pick<FormerKeys, 'hasStage'>,
) {
  function stagesOf(
    order: Order,
    emitted: ReadonlyMap<string, number>,
    { stage, part, isCancelled, isOfNothing }: OrderClaim,
  ): Stage[] {
    if (isOfNothing) return [];
    if (stage === 'refunded') return emitted.has(`refunded:${part}`) ? [] : ['refunded'];
    const isOver = isCancelled || order.isCancelled === 1;
    return stagesAdded(stage, { emitted: new Set(emitted.keys() as Iterable<Stage>), isCancelled: isOver });
  }

  /**
   * An earlier version sent this stage. Where the shop's own system is believed, it counts as sent only with what that
   * system reported (the upgrade recorded it): a page may have claimed the key.
   */
  function wasSentBefore(
    shop: string,
    order: Order,
    claim: OrderClaim,
    stage: Stage,
    nowMs: number,
  ): boolean {
    const counts = stage === 'refunded' || voices.actsAsBrowser(shop);
    if (!counts || !formerKeys.hasStage(shop, claim, stage, nowMs)) return false;
    orders.emit(order, stage, stage === 'refunded' ? claim.part : '', 0);
    return true;
  }

  /** Adds a stage to what destinations are sent, after the time in which evidence may join. */
  function emit(
    row: AcceptRow,
    claim: OrderClaim,
    order: Order,
    stage: Stage,
    { setByMs, mergeMs, untilMs, insert }: EmitParts,
  ): void {
    const [, , , receivedAtMs, body, encryptedPii] = row;
    const isOwn = stage === claim.stage;
    const key = keyOfStage(stage, order.canonicalId, claim.part);
    const isMerged = order.windowUntilMs > order.reportedAtMs;
    const isAfter = (isMerged || untilMs > 0) && stage !== 'placed' && stage !== 'paid';
    // A window that ends later than a new one would was begun by a clock that was set back since.
    const windowUntilMs = Math.min(order.windowUntilMs, receivedAtMs + mergeMs);
    const dueAtMs = Math.max(windowUntilMs, untilMs) + (isAfter ? AFTER_ORDER_MS : 0);
    const seq = insert({
      ...reportRow(row, isOwn ? body : asPlaced(body), order, { orderKey: key }),
      holdUntilMs: dueAtMs > receivedAtMs ? dueAtMs - setByMs : null,
      audience: AUDIENCE.destinations,
      orderKey: toBlob(orderKeyOf(key)),
      isComposed: true,
      encryptedPii,
    });
    orders.emit(order, stage, stage === 'refunded' ? claim.part : '', seq);
  }

  return {
    /** @param emitted what was sent of the order so far. */
    added: (
      shop: string,
      order: Order,
      claim: OrderClaim,
      emitted: ReadonlyMap<string, number>,
      nowMs: number,
    ): Stage[] =>
      stagesOf(order, emitted, claim).filter((one) => !wasSentBefore(shop, order, claim, one, nowMs)),
    emit,
  };
}
