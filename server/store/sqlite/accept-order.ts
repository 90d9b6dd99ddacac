import type { OrderClaim } from '../../orders/claim.ts';
import { eventIdOfOrder } from '../../orders/event-id.ts';
import { toEvidence } from '../../orders/evidence.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { keyOfStage, type Stage, stagesAdded } from '../../orders/stages.ts';
import type { Accepted, ShopOrders } from '../store.ts';
import type { AcceptRow, DenialRow } from './accept-row.ts';
import { AUDIENCE } from './audience.ts';
import { type Dedup, type DedupKey, evidenceKey, orderKeyOf, toBlob, type Windows } from './dedup.ts';
import type { ErasedOrders } from './erased-orders.ts';
import type { EventRows, NewRow } from './event-rows.ts';
import { deniedVisitor, type EvidenceStore, isDenial, type Sent, senderParts } from './evidence.ts';
import type { FormerKeys } from './former-keys.ts';
import { createOrderTotals, isOrderBody, TOTAL_WAIT_MS } from './order-totals.ts';
import type { Order, Orders } from './orders.ts';
import { withFields } from './stored-event.ts';
import type { Voices } from './voices.ts';

interface Parts {
  rows: EventRows;
  dedup: Dedup;
  windows: Windows;
  orders: Orders;
  evidence: EvidenceStore;
  voices: Voices;
  formerKeys: FormerKeys;
  erasedOrders: Pick<ErasedOrders, 'has'>;
  shops: ReadonlyMap<string, ShopOrders>;
}

/** Inserts the rows of one message. */
type InsertRow = (row: NewRow) => number;

/** Times of one call: `nowMs` by the wall clock, `setByMs` what that differs from the steady one. */
export interface AcceptTimes {
  nowMs: number;
  setByMs: number;
}

interface EmitParts {
  setByMs: number;
  mergeMs: number;
  /** Until when the order waits for its total; 0 when it does not. */
  untilMs: number;
  insert: InsertRow;
}

export interface AcceptOrder {
  /** Undefined for a report that names no order: an event like others. */
  report(row: AcceptRow, message: DedupKey, claim: OrderClaim, times: AcceptTimes): Accepted | undefined;
  /** Of a page whose visitor denied every purpose: what proves that it belongs to an order, and nothing else. */
  denial(row: DenialRow, claim: OrderClaim, nowMs: number): void;
  /** A message that was answered before. */
  repeat(row: AcceptRow, claim: OrderClaim, times: AcceptTimes): Accepted;
}

const DUPLICATE: Accepted = { isStored: false };
const UNMATCHED = { unmatched: 'now' } as const;
const NONE: ReadonlyMap<string, number> = new Map();
/** A cancellation or a refund is sent after its order. */
const AFTER_ORDER_MS = 1_000;
/** A lease carries the time at which it was asked for; on a busy machine it may follow what was accepted since. */
const LATE_LEASE_MS = 10_000;
/** Nothing is held for longer than this, by the longest merge window of all shops: a clock that was ahead said so. */
export const longestHoldMs = (shops: Iterable<ShopOrders>): number =>
  Math.max(TOTAL_WAIT_MS, ...[...shops].map(({ mergeMs }) => mergeMs)) + AFTER_ORDER_MS + LATE_LEASE_MS;
const NO_ORDERS: ShopOrders = { ordersFrom: 'browser', mergeMs: 0, hasPlatform: false };

/**
 * Order reports within the accept transaction: which order a report belongs to, whether its voice makes an order, which
 * stages it adds, and what evidence joins.
 */
export function createAcceptOrder(parts: Parts): AcceptOrder {
  const { rows, dedup, windows, orders, evidence, voices, formerKeys, erasedOrders, shops } = parts;
  const totals = createOrderTotals(rows, orders, { afterMs: AFTER_ORDER_MS, toleranceMs: LATE_LEASE_MS });

  /** The first row carries the message's key, as the row of any other event does; without rows the table of keys has it. */
  function withMessageKey(
    shop: string,
    message: DedupKey,
    nowMs: number,
    accept: (insert: InsertRow) => Accepted,
  ): Accepted {
    let isCarried = false;
    const accepted = accept((row) => {
      const seq = rows.insert(isCarried ? row : { ...row, messageKey: toBlob(message) });
      isCarried ||= seq > 0;
      return seq;
    });
    const keep = isCarried ? dedup.add : dedup.put;
    keep(shop, message, nowMs + windows.retentionMs);
    return accepted;
  }

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
    if (!put) return { ...DUPLICATE, ...(isUnmatched(row, claim) && UNMATCHED) };
    const { order } = put;
    if (!order) return { isStored: true, isEvidence: true, ...(isUnmatched(row, claim) && UNMATCHED) };
    if (claim.stage === 'placed') insert(evidenceRow(row, body, order));
    const unmatched = isUnmatched(row, claim) && UNMATCHED;
    return { isStored: true, isEvidence: true, orderId: order.canonicalId, ...unmatched };
  }

  /**
   * True for a page's order whose id at ad platforms is not the one they are sent: it was reported before its merge window
   * ended, or is sent under another id, be it by its own name or by the name that a page before this one gave it.
   */
  function isUnmatched(row: AcceptRow, { stage, names, tokens }: OrderClaim): boolean {
    const [shop, source, , receivedAtMs, body] = row;
    if (stage !== 'placed' || isTrusted(source)) return false;
    const named = orders.named(shop, names);
    const known = named.length > 0 ? named : orders.showing(shop, tokens);
    if (known.length === 0) return false;
    if (known.some((order) => isLate(receivedAtMs, order))) return true;
    const eventId = voices.actsAsBrowser(shop) ? undefined : toEvidence(JSON.parse(body)).eventId;
    return eventId !== undefined && known.every((order) => eventIdOf(order) !== eventId);
  }

  /** The id under which the order is, or will be, sent to ad platforms. */
  function eventIdOf(order: Order): string {
    if (order.eventId !== null) return order.eventId;
    const pages = evidence.joined(order).filter((one) => one.stage === 'placed' && !isDenial(one));
    const pixelIds = pages.toReversed().flatMap(({ body }) => toEvidence(JSON.parse(body)).eventId ?? []);
    return eventIdOfOrder(order.canonicalId, orders.claimed(order).names, pixelIds);
  }

  /** A report of a voice that makes orders. */
  function acceptReport(
    row: AcceptRow,
    claim: OrderClaim,
    { nowMs, setByMs }: AcceptTimes,
    isFirst: boolean,
    insert: InsertRow,
  ): Accepted {
    const [shop, source, , receivedAtMs, body, , details] = row;
    const { ordersFrom, mergeMs, hasPlatform } = shops.get(shop) ?? NO_ORDERS;
    const witness = details?.witness ?? null;
    // Where the shop system reports orders, a page is believed when it says that one was placed, and no further.
    const mayAddStages = isTrusted(source) || claim.stage === 'placed' || !hasPlatform;
    const { order, isNew, formerIds, superseded } = orders.assign(
      shop,
      { ...claim, isCancelled: claim.isCancelled && (isTrusted(source) || !hasPlatform) },
      {
        ...{ receivedAtMs, mergeMs, witness, isTrusted: isTrusted(source) },
        needsProof: !isFirst && !voices.actsAsBrowser(shop),
      },
    );
    for (const seq of superseded) rows.dropUnsent(shop, seq);
    for (const formerId of formerIds) insert(mergeRow(row, formerId, order));
    orders.report(order, source, claim, receivedAtMs, body);
    insert(reportRow(row, body, order));
    if (!voices.actsAsBrowser(shop))
      for (const joined of evidence.joinTo(shop, order, claim.tokens, nowMs))
        if (joined.stage === 'placed' && !isDenial(joined)) insert(evidenceRow(row, joined.body, order));
    const heldMs = isNew ? 0 : totals.waitsUntil(order, setByMs);
    const isAnswered = source === 'platform' && !claim.awaitsTotal && isOrderBody(claim.stage);
    const isReleased = heldMs > 0 && (isAnswered || totals.hasTotal(order, body));
    if (isReleased) totals.release(shop, order, receivedAtMs, setByMs);
    const isWaiting = claim.awaitsTotal && !totals.hasTotal(order, body);
    const untilMs = isWaiting ? receivedAtMs + TOTAL_WAIT_MS : isReleased ? 0 : heldMs;
    const emitted = isNew ? NONE : orders.emitted(order);
    const added = mayAddStages
      ? stagesOf(order, emitted, claim).filter((one) => !wasSentBefore(shop, order, claim, one, nowMs))
      : [];
    const before = added.includes('placed') ? [...emitted.values()] : [];
    for (const stage of added) emit(row, claim, order, stage, { setByMs, mergeMs, untilMs, insert });
    // What became of the order is sent after it, also when both are due together after an outage.
    for (const seq of before) orders.moveStage(order, seq, rows.moveBehind(shop, seq));
    // A backend's update is an event of its own; the shop system's only changes what its order is made of.
    if (claim.stage === 'updated' && source !== 'platform')
      insert({ ...reportRow(row, body, order), audience: AUDIENCE.destinations, encryptedPii: row[5] });
    const isProvisional = !isTrusted(source) && ordersFrom === 'platform';
    const isLatePage = !isTrusted(source) && claim.stage === 'placed' && isLate(receivedAtMs, order);
    return {
      isStored: added.length > 0 || claim.stage === 'updated',
      orderId: order.canonicalId,
      ...(isProvisional && { isProvisional }),
      ...(isLatePage && UNMATCHED),
    };
  }

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
      ...reportRow(row, isOwn ? withKey(body, key) : asPlaced(body, key), order),
      holdUntilMs: dueAtMs > receivedAtMs ? dueAtMs - setByMs : null,
      audience: AUDIENCE.destinations,
      orderKey: toBlob(orderKeyOf(key)),
      isComposed: true,
      encryptedPii,
    });
    orders.emit(order, stage, stage === 'refunded' ? claim.part : '', seq);
  }

  return {
    report(row, message, claim, times) {
      const [shop, source, , receivedAtMs] = row;
      const isFirst = source === 'platform' && voices.recordPlatformOrder(shop, receivedAtMs);
      if (erasedOrders.has(shop, claim.names, isTrusted(source), times.nowMs))
        return { ...DUPLICATE, ...(!isTrusted(source) && claim.stage === 'placed' && UNMATCHED) };
      const isBelieved = isTrusted(source) || voices.actsAsBrowser(shop);
      if (!isBelieved)
        return withMessageKey(shop, message, times.nowMs, (insert) =>
          acceptEvidence(row, claim, times.nowMs, insert),
        );
      if (claim.names.length === 0 || claim.isNotice) return undefined;
      return withMessageKey(shop, message, times.nowMs, (insert) =>
        acceptReport(row, claim, times, isFirst, insert),
      );
    },
    denial({ shop, receivedAtMs, witness, body, subjects: [subject = ''] }, claim, nowMs) {
      // Where pages make orders, this one makes none, and no other report is joined by evidence.
      if ((shops.get(shop) ?? NO_ORDERS).ordersFrom === 'browser') return;
      if (erasedOrders.has(shop, claim.names, false, nowMs)) return;
      const visitor = deniedVisitor(subject);
      putEvidence(shop, claim, { visitor, receivedAtMs, body, witness, isDenying: true }, nowMs);
    },
    repeat(row, claim, { nowMs, setByMs }) {
      const [shop] = row;
      if (claim.awaitsTotal === false)
        for (const order of orders.named(shop, claim.names))
          if (totals.waitsUntil(order, setByMs) > 0) totals.release(shop, order, nowMs, setByMs);
      return isUnmatched(row, claim) ? { ...DUPLICATE, unmatched: 'again' } : DUPLICATE;
    },
  };
}

/** After the merge window evidence joins no more, and stages are sent under the id they have then. */
const isLate = (receivedAtMs: number, { windowUntilMs }: Order) => receivedAtMs > windowUntilMs;

/** One report as statistics read it. */
const reportRow = (
  [shop, source, , receivedAtMs, , , , [visitor, person]]: AcceptRow,
  body: string,
  order: Order,
): NewRow => ({
  shop,
  receivedAtMs,
  holdUntilMs: null,
  messageKey: null,
  orderKey: null,
  isTrusted: isTrusted(source),
  audience: AUDIENCE.statistics,
  isComposed: false,
  orderId: order.id,
  visitor,
  person,
  body: withFields(body, { orderId: order.canonicalId }),
  encryptedPii: null,
});

/** A browser's report that joined an order, as statistics read it. */
const evidenceRow = (row: AcceptRow, body: string, order: Order): NewRow => ({
  ...reportRow(row, withFields(body, { isEvidence: true }), order),
  isTrusted: false,
  visitor: null,
  person: null,
});

/** For statistics: two orders turned out to be one, or an order got an id of its own after its checkout's. */
function mergeRow(row: AcceptRow, from: string, order: Order): NewRow {
  const [shop, source, messageId, receivedAtMs] = row;
  const at = new Date(receivedAtMs).toISOString();
  const event = {
    ...{ shop, source, messageId: `${messageId}:merged:${from}`, type: 'track', event: 'Order Merged' },
    ...{ timestamp: at, receivedAt: at, identity: {}, context: {}, traits: {} },
    consent: { advertising: false, analytics: false, marketing: false },
    properties: { from, to: order.canonicalId },
  };
  return reportRow(row, JSON.stringify(event), order);
}

const withKey = (body: string, orderKey: string) => withFields(body, { orderKey });

/** The order that a report of its payment is the first to know of. */
function asPlaced(body: string, orderKey: string): string {
  const event = JSON.parse(body);
  return JSON.stringify({
    ...event,
    event: 'Order Completed',
    messageId: `${event.messageId}:placed`,
    piiOf: event.messageId,
    orderKey,
  });
}
