import { isDeepStrictEqual } from 'node:util';
import { orderTokens } from '../../../shared/order-ids.ts';
import type { Joined, ProtectedEvent } from '../../../shared/protected-event.ts';
import { type Composed, composeCheckout, composeStage } from '../../orders/compose.ts';
import { type Evidence, toEvidence } from '../../orders/evidence.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { type EvidenceRow, type EvidenceStore, isDenial, isOwnVisitor, visitorKey } from './evidence.ts';
import type { OpenStore } from './open-store.ts';
import type { Order } from './order.ts';
import type { OrderSubjects } from './order-subjects.ts';
import type { Orders } from './orders.ts';
import { prepare } from './prepare.ts';
import { intoSpare } from './spare.ts';
import { readStored, toStored, tryRead, withFields } from './stored-event.ts';
import type { ReadText } from './stored-text.ts';
import type { Views } from './views.ts';

/** A row whose body is composed when it is leased first, by whichever destination. */
export interface ComposedRow extends ReadText {
  seq: number;
  shop: string;
  orderId: number | null;
}

/** `event`: what the body says; absent when it cannot be read. */
export interface Frozen {
  body: string;
  event?: ProtectedEvent;
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
  const freeze = prepare(
    connection,
    'UPDATE events SET body = ?2, compose = 2, visitor = NULL WHERE seq = ?1',
  );
  const freezeAll = prepare(
    connection,
    'UPDATE events SET body = ?2, packed = ?3, compose = 2, visitor = NULL WHERE seq = ?1',
  );

  /** What browsers proved, latest first: their own reports of the order, and what they showed with its tokens. */
  function evidenceOf(
    shop: string,
    order: Order,
    tokens: readonly string[],
  ): Record<'reported' | 'shown', Evidence[]> {
    const shown = views.of(shop, tokens, order.windowUntilMs, order.userId);
    const visitors = new Set(shown.map(({ anonymousId = '' }) => visitorKey(anonymousId)));
    // Who showed the order's token goes before somebody who shares the buyer's address and guessed the order's number.
    const joined = evidence.joined(order).filter((row) => row.stage === 'placed' || isDenial(row));
    const own = joined.filter(({ visitor }) => isOwnVisitor(visitor));
    const reported = (own.length > 0 ? own : joined)
      .filter(({ visitor }) => visitors.size === 0 || visitors.has(visitorKey(visitor)))
      .map(readEvidence);
    return { reported, shown };
  }

  function compose({ shop, orderId, body }: ComposedRow): Frozen {
    const own = readStored(body);
    const textOf = (event: ProtectedEvent) => textWith(body, own, event);
    const order = orderId === null ? undefined : orders.get(orderId);
    if (!order) {
      const tokens = orderTokens(own.properties);
      const untilMs = Number.MAX_SAFE_INTEGER;
      const shown = views.of(shop, tokens, untilMs, own.identity.userId ?? null);
      const proven = { earlier: [], shown, reports: [own], tokens, names: [], untilMs };
      return withSubjects(composeCheckout(own, shown, textOf), subjects.find(shop, proven));
    }
    const { canonicalId, eventId, windowUntilMs } = order;
    const { names, tokens } = orders.claimed(order);
    const reports = orders.reports(order, { body, event: own });
    const pages = reports.filter(({ source }) => !isTrusted(source)).map(({ event }) => toEvidence(event));
    const proven = evidenceOf(shop, order, tokens);
    const shown = [...proven.reported, ...proven.shown, ...pages];
    const pixelIds = [...proven.reported.toReversed(), ...proven.shown, ...pages].flatMap(
      (one) => one.eventId ?? [],
    );
    const known = { canonicalId, ...(eventId !== null && { eventId }), reports, evidence: shown, pixelIds };
    const composed = composeStage(own, known, textOf);
    const trusted = reports.filter(({ source }) => isTrusted(source)).map(({ event }) => event);
    const joined = subjects.find(shop, {
      earlier: JSON.parse(order.subjects ?? '[]'),
      shown,
      reports: [own, ...trusted].filter(({ source }) => isTrusted(source)),
      tokens,
      names,
      untilMs: windowUntilMs,
    });
    orders.freeze(order, composed.event.eventId ?? '', joined);
    return withSubjects(composed, joined);
  }

  function tryCompose(row: ComposedRow): Frozen {
    try {
      return compose(row);
    } catch (error) {
      if (error instanceof SyntaxError) return { body: row.body };
      throw error;
    }
  }

  return {
    compose(row: ComposedRow): Frozen {
      const frozen = tryCompose(row);
      const [packed, body] = intoSpare(row, frozen.body);
      if (packed === 'same') freeze.run(row.seq, body);
      else freezeAll.run(row.seq, body, packed);
      return frozen;
    },

    /** Rows that are composed next, in the same transaction. */
    readAhead(rows: readonly ComposedRow[]): void {
      for (const [shop, own] of Map.groupBy(rows, ({ shop }) => shop)) {
        const ids = [...new Set(own.flatMap(({ orderId }) => orderId ?? []))];
        const claimed = orders.readWholeAhead(ids);
        if (ids.length > 0) evidence.readJoinedAhead(ids);
        const events = own.flatMap(({ body }) => tryRead(body) ?? []);
        const tokens = [
          ...claimed.flatMap((one) => one.tokens),
          ...events.flatMap(({ properties }) => orderTokens(properties)),
        ];
        const names = claimed.flatMap((one) => one.names);
        views.readViewsAhead(tokens.map((token) => [shop, token]));
        subjects.readAhead(shop, { tokens, names, reports: events });
      }
    },
  };
}
export type ComposeRow = ReturnType<typeof createComposeRow>;

/** Of an event that adds fields to its own report and changes none, most of the text is the report's. */
function textWith(body: string, own: ProtectedEvent, event: ProtectedEvent): string {
  const added: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (!Object.hasOwn(own, name)) added[name] = value;
    else if (!isDeepStrictEqual(value, own[name as keyof ProtectedEvent])) return toStored(event);
  }
  return withFields(body.trimEnd(), added);
}

const withSubjects = ({ event, text }: Composed, joined: Joined[]): Frozen => ({
  body: withFields(text, { joined }),
  event: { ...event, joined },
});

const readEvidence = (row: EvidenceRow): Evidence => ({
  ...toEvidence(readStored(row.body)),
  ...(isDenial(row) && { subject: row.visitor.slice(1) }),
});
