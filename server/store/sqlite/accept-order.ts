import type { OrderClaim } from '../../orders/claim.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { Accepted, ShopOrders } from '../store.ts';
import { createAcceptEvidence } from './accept-evidence.ts';
import type { AcceptRow, DenialRow } from './accept-row.ts';
import { AUDIENCE } from './audience.ts';
import { type Dedup, type DedupKey, toBlob, type Windows } from './dedup-keys.ts';
import { createEmitStages } from './emit-stages.ts';
import type { ErasedOrders } from './erased-orders.ts';
import type { EventRows, InsertRow } from './event-rows.ts';
import { deniedVisitor, type EvidenceStore, isDenial } from './evidence.ts';
import type { FormerKeys } from './former-keys.ts';
import { AFTER_ORDER_MS, LATE_LEASE_MS } from './hold-times.ts';
import { evidenceRow, mergeRow, reportRow } from './order-rows.ts';
import { createOrderTotals, isOrderBody, TOTAL_WAIT_MS } from './order-totals.ts';
import type { Orders } from './orders.ts';
import { createIsUnmatched, isLate, UNMATCHED } from './unmatched.ts';
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

/** Times of one call: `nowMs` by the wall clock, `setByMs` what that differs from the steady one. */
export interface AcceptTimes {
  nowMs: number;
  setByMs: number;
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
const NONE: ReadonlyMap<string, number> = new Map();
const NO_ORDERS: ShopOrders = { ordersFrom: 'browser', mergeMs: 0, hasPlatform: false };

/**
 * Order reports within the accept transaction: which order a report belongs to, whether its voice makes an order, which
 * stages it adds, and what evidence joins.
 */
export function createAcceptOrder(parts: Parts): AcceptOrder {
  const { rows, dedup, windows, orders, evidence, voices, formerKeys, erasedOrders, shops } = parts;
  const totals = createOrderTotals(rows, orders, { afterMs: AFTER_ORDER_MS, toleranceMs: LATE_LEASE_MS });
  const isUnmatched = createIsUnmatched(orders, evidence, voices);
  const browsers = createAcceptEvidence(orders, evidence, isUnmatched);
  const stages = createEmitStages(orders, voices, formerKeys);

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
        ...{ source, receivedAtMs, mergeMs, witness },
        needsProof: !isFirst && !voices.actsAsBrowser(shop),
      },
    );
    for (const seq of superseded) rows.dropUnsent(shop, seq);
    for (const formerId of formerIds) insert(mergeRow(row, formerId, order));
    orders.report(order, source, claim, receivedAtMs, body);
    if (rows.isCounted(shop)) insert(reportRow(row, body, order));
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
    const added = mayAddStages ? stages.added(shop, order, claim, emitted, nowMs) : [];
    const before = added.includes('placed') ? [...emitted.values()] : [];
    for (const stage of added) stages.emit(row, claim, order, stage, { setByMs, mergeMs, untilMs, insert });
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

  return {
    report(row, message, claim, times) {
      const [shop, source, , receivedAtMs] = row;
      const isFirst = source === 'platform' && voices.recordPlatformOrder(shop, receivedAtMs);
      if (erasedOrders.has(shop, claim.names, isTrusted(source), times.nowMs))
        return { ...DUPLICATE, ...(!isTrusted(source) && claim.stage === 'placed' && UNMATCHED) };
      const isBelieved = isTrusted(source) || voices.actsAsBrowser(shop);
      if (!isBelieved)
        return withMessageKey(shop, message, times.nowMs, (insert) =>
          browsers.accept(row, claim, times.nowMs, insert),
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
      browsers.put(shop, claim, { visitor, receivedAtMs, body, witness, isDenying: true }, nowMs);
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
