import { isTrusted } from '../../orders/precedence.ts';
import type { Stage } from '../../orders/stages.ts';
import type { EventRows } from './event-rows.ts';
import type { Order } from './order.ts';
import type { Orders } from './orders.ts';
import { readStored } from './stored-event.ts';

/** How long an order whose report lacks the total waits for one that has it. */
export const TOTAL_WAIT_MS = 3_600_000;

/** Reports of what was ordered. */
const BODIES: ReadonlySet<Stage> = new Set(['placed', 'paid', 'updated']);
/** Of the whole order, and what is left of it after refunds. */
const AMOUNTS = ['total', 'net_total'] as const;
export const isOrderBody = (stage: Stage): boolean => BODIES.has(stage);

/** Orders whose stages wait until a report has their total. `setByMs`: what the clock differs from the steady one. */
export type OrderTotals = ReturnType<typeof createOrderTotals>;

/** @param afterMs by how much longer than the order itself a cancellation or a refund waits. */
export function createOrderTotals(
  rows: Pick<EventRows, 'heldUntil' | 'moveBehind'>,
  orders: Orders,
  { afterMs, toleranceMs }: { afterMs: number; toleranceMs: number },
) {
  return {
    /**
     * True when a voice other than a page's has reported what the order costs.
     *
     * @param body of one of its reports.
     */
    hasTotal: (order: Order, body: string): boolean =>
      orders
        .reports(order, { body, event: readStored(body) })
        .some(
          ({ source, stage, event }) =>
            isTrusted(source) &&
            isOrderBody(stage) &&
            AMOUNTS.some((name) => event.properties[name] !== undefined),
        ),

    /** Until when the order waits for its total, epoch ms; 0 when it does not. */
    waitsUntil(order: Order, setByMs: number): number {
      const holds = [...orders.emitted(order).values()].map((seq) => rows.heldUntil(seq) + setByMs);
      const untilMs = Math.max(0, ...holds);
      return untilMs > order.windowUntilMs + afterMs + toleranceMs ? untilMs : 0;
    },

    /** Its stages wait for the merge window alone, in their order. */
    release(shop: string, order: Order, receivedAtMs: number, setByMs: number): void {
      for (const [stage, seq] of [...orders.emitted(order)].sort(([, a], [, b]) => a - b)) {
        const isAfter = stage !== 'placed' && stage !== 'paid';
        const dueAtMs = order.windowUntilMs + (isAfter ? afterMs : 0);
        const holdUntilMs = dueAtMs > receivedAtMs ? dueAtMs - setByMs : null;
        orders.moveStage(order, seq, rows.moveBehind(shop, seq, { holdUntilMs }));
      }
    },
  };
}
