import { orderTokens } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { composeCheckout, composeStage } from '../../orders/compose.ts';
import { type Evidence, toEvidence } from '../../orders/evidence.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { Choices } from './choices.ts';
import { prepare } from './database.ts';
import type { EvidenceStore } from './evidence.ts';
import type { OpenStore } from './open-store.ts';
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
    choices,
  }: { orders: Orders; evidence: EvidenceStore; views: Views; choices: Choices },
) {
  const freeze = prepare(connection, 'UPDATE events SET body = ?2, compose = 2 WHERE seq = ?1');

  /** The latest of what browsers proved: their own reports of the order, then what they showed with its tokens. */
  function evidenceOf(shop: string, order: Order): Evidence[] {
    const shown = views.of(shop, orders.tokens(order), order.windowUntilMs, order.userId);
    const visitors = new Set(shown.map(({ anonymousId = '' }) => anonymousId));
    // Who showed the order's token goes before somebody who shares the buyer's address and guessed the order's number.
    const reported = evidence
      .joined(order)
      .filter(({ stage, visitor }) => stage === 'placed' && (visitors.size === 0 || visitors.has(visitor)))
      .map(({ body }) => toEvidence(JSON.parse(body)));
    return [...reported, ...shown];
  }

  /**
   * Each browser with what its visitor has chosen by now, and the visitor that a trusted report itself names: the
   * snippet writes the anonymous id into the cart.
   */
  function withChoices(
    shop: string,
    shown: readonly Evidence[],
    named: readonly ProtectedEvent[],
  ): Evidence[] {
    const visitors = new Set(named.flatMap(({ identity }) => identity.anonymousId ?? []));
    for (const { anonymousId } of shown) if (anonymousId !== undefined) visitors.delete(anonymousId);
    const others = [...visitors].flatMap((anonymousId) => {
      const consent = choices.of(shop, anonymousId);
      return consent ? [{ consent, anonymousId, context: {} }] : [];
    });
    const current = shown.map((one) => {
      const consent = one.anonymousId === undefined ? undefined : choices.of(shop, one.anonymousId);
      return consent ? { ...one, consent } : one;
    });
    return [...current, ...others];
  }

  function compose({ shop, orderId, body }: ComposedRow): ProtectedEvent {
    const own = readStored(body);
    const order = orderId === null ? undefined : orders.get(orderId);
    if (!order) {
      const shown = views.of(
        shop,
        orderTokens(own.properties),
        Number.MAX_SAFE_INTEGER,
        own.identity.userId ?? null,
      );
      return composeCheckout(own, withChoices(shop, shown, [own]));
    }
    const { canonicalId, eventId } = order;
    const reports = orders.reports(order, { body, event: own });
    const trusted = reports.filter(({ source }) => isTrusted(source)).map(({ event }) => event);
    const composed = composeStage(own, {
      canonicalId,
      ...(eventId !== null && { eventId }),
      reports,
      evidence: withChoices(shop, evidenceOf(shop, order), trusted),
    });
    orders.freezeEventId(order, composed.eventId ?? '');
    return composed;
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
