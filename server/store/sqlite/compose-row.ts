import { orderTokens } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { composeCheckout, composeStage } from '../../orders/compose.ts';
import { type Evidence, toEvidence } from '../../orders/evidence.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { prepare } from './database.ts';
import { type EvidenceRow, type EvidenceStore, isDenial, visitorKey } from './evidence.ts';
import type { OpenStore } from './open-store.ts';
import type { OrderSubjects } from './order-subjects.ts';
import type { Order, Orders } from './orders.ts';
import { readStored } from './stored-event.ts';
import type { Views } from './views.ts';

/** A row whose body is composed when it is leased first, by whichever destination. */
export interface ComposedRow {
  seq: number;
  shop: string;
  orderId: number | null;
  body: string;
}

/**
 * Composes the body of a stage or a checkout from everything known by now, and freezes it in its row: every later try
 * and every other destination is given the same. One that cannot be read is frozen as it is.
 */
export function createComposeRow(
  { connection }: OpenStore,
  {
    orders,
    evidence,
    views,
    subjects,
  }: { orders: Orders; evidence: EvidenceStore; views: Views; subjects: OrderSubjects },
) {
  const freeze = prepare(connection, 'UPDATE events SET body = ?2, compose = 2 WHERE seq = ?1');

  /** The latest of what browsers proved: their own reports of the order, then what they showed with its tokens. */
  function evidenceOf(shop: string, order: Order): Evidence[] {
    const shown = views.of(shop, orders.tokens(order), order.windowUntilMs, order.userId);
    const visitors = new Set(shown.map(({ anonymousId = '' }) => visitorKey(anonymousId)));
    // Who showed the order's token goes before somebody who shares the buyer's address and guessed the order's number.
    const reported = evidence
      .joined(order)
      .filter((row) => row.stage === 'placed' || isDenial(row))
      .filter(({ visitor }) => visitors.size === 0 || visitors.has(visitorKey(visitor)))
      .map(readEvidence);
    return [...reported, ...shown];
  }

  function compose({ shop, orderId, body }: ComposedRow): ProtectedEvent {
    const own = readStored(body);
    const order = orderId === null ? undefined : orders.get(orderId);
    if (!order) {
      const tokens = orderTokens(own.properties);
      const untilMs = Number.MAX_SAFE_INTEGER;
      const shown = views.of(shop, tokens, untilMs, own.identity.userId ?? null);
      const proven = { orderId: undefined, shown, reports: [own], tokens, names: [], untilMs };
      return { ...composeCheckout(own, shown), joined: subjects.join(shop, proven) };
    }
    const { canonicalId, eventId, windowUntilMs } = order;
    const reports = orders.reports(order, { body, event: own });
    const shown = evidenceOf(shop, order);
    const composed = composeStage(own, {
      canonicalId,
      ...(eventId !== null && { eventId }),
      reports,
      evidence: shown,
    });
    const pages = reports.filter(({ source }) => !isTrusted(source)).map(({ event }) => toEvidence(event));
    const trusted = reports.filter(({ source }) => isTrusted(source)).map(({ event }) => event);
    const joined = subjects.join(shop, {
      orderId: order.id,
      shown: [...shown, ...pages],
      reports: [own, ...trusted].filter(({ source }) => isTrusted(source)),
      tokens: orders.tokens(order),
      names: orders.names(order),
      untilMs: windowUntilMs,
    });
    orders.freezeEventId(order, composed.eventId ?? '');
    return { ...composed, joined };
  }

  function tryCompose(row: ComposedRow): string {
    try {
      return JSON.stringify(compose(row));
    } catch (error) {
      if (error instanceof SyntaxError) return row.body;
      throw error;
    }
  }

  return (row: ComposedRow): string => {
    const body = tryCompose(row);
    freeze.run(row.seq, body);
    return body;
  };
}

const readEvidence = (row: EvidenceRow): Evidence => ({
  ...toEvidence(JSON.parse(row.body)),
  ...(isDenial(row) && { subject: row.visitor.slice(1) }),
});
