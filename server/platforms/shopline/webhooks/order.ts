import { readCurrencyCode } from '../../../../shared/currency.ts';
import { orderNames, orderTokens } from '../../../../shared/order-ids.ts';
import { sum } from '../../../lib/decimal.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type MapResult, track } from '../../webhooks/mapped.ts';
import { readLines } from './lines.ts';
import { type Money, readMoney } from './money.ts';
import type { Order } from './payload.ts';
import { readPerson } from './person.ts';
import { readRefunded } from './refund.ts';

/** The event of each stage. */
const EVENTS = {
  placed: 'Order Completed',
  paid: 'Order Updated',
  updated: 'Order Updated',
  cancelled: 'Order Cancelled',
} as const;

export type Stage = keyof typeof EVENTS;

/** An order at one stage. */
export function mapOrder(order: Order, stage: Stage, messageId: string): MapResult {
  if (order.source_name?.trim().toLowerCase() === 'pos') return { isNoWebEvent: true };
  const amounts = readAmounts(order);
  const properties = {
    ...readNames(order),
    cart_token: order.cart_token,
    ...amounts,
    coupon: order.discount_codes.flatMap(({ code }) => code ?? []).join(',') || undefined,
    financial_status: stage === 'paid' ? 'paid' : order.financial_status?.trim().toLowerCase(),
    cancelled_at: order.cancelled_at,
    ...readLines(order.line_items, amounts.total),
    landing_site: order.landing_site,
    referring_site: order.referring_site,
  };
  if (orderNames(properties).length === 0) return { lacks: 'id' };
  const person = readPerson(order);
  const message = track(EVENTS[stage], messageId, timeOf(order, stage), person, properties);
  // `mainOrderMark` of the thank-you page.
  const tokens = orderTokens({ order_status_url: order.order_status_url });
  const acceptsMarketing = order.buyer_accepts_marketing;
  return { message, account: person.account, acceptsMarketing, ...(tokens.length > 0 && { tokens }) };
}

/** The IDs and numbers of the order, including those of the thank-you page. */
function readNames(order: Order) {
  const statusPage = URL.parse(order.order_status_url ?? '', 'https://shop.invalid');
  return {
    order_id: order.id,
    order_number: order.name?.replace(/^#\s*/, '') || undefined,
    order_seq: statusPage?.searchParams.get('mainOrderSeq')?.trim().slice(0, 512) || undefined,
    checkout_id: order.checkout_id,
    checkout_token: order.checkout_token,
  };
}

/** Amounts in the currency of the total; those in another currency are left out. */
function readAmounts(order: Order) {
  const money = (set: Parameters<typeof readMoney>[0], plain: Parameters<typeof readMoney>[1]) =>
    readMoney(set, plain, order.currency);
  const { total, net } = readTotals(order);
  const currency = (total ?? net)?.currency ?? readCurrencyCode(order.currency);
  const same = (found: Money | undefined) =>
    found?.currency === undefined || found.currency === currency ? found?.amount : undefined;
  return {
    currency,
    total: total?.amount,
    net_total: net?.amount,
    subtotal: same(money(order.subtotal_price_set, order.subtotal_price)),
    tax: same(money(order.total_tax_set, order.total_tax)),
    shipping: same(money(order.total_shipping_price_set, order.total_shipping_price)),
    discount: same(
      money(order.total_discounts_set, order.total_discounts) ??
        money(order.current_total_discounts_set, order.current_total_discounts),
    ),
  };
}

const REFUNDED = new Set(['partially_refunded', 'refunded']);

/**
 * What was ordered, edits included, and what of it is left after refunds. `current_total_price` is net of refunds, so
 * where there are some the gross amount is `total_price`, else the net one with the refunds of the body.
 */
function readTotals(order: Order): { total?: Money | undefined; net?: Money | undefined } {
  const current = readMoney(order.current_total_price_set, order.current_total_price, order.currency);
  const gross = readMoney(order.total_price_set, order.total_price, order.currency);
  const isRefunded =
    order.refunds.length > 0 || REFUNDED.has(order.financial_status?.trim().toLowerCase() ?? '');
  if (!isRefunded || current === undefined) return { total: current ?? gross };
  const refunds = order.refunds.map((refund) => readRefunded(refund, order.currency));
  const isKnown = refunds.length > 0 && refunds.every(({ total }) => total !== undefined);
  const summed = isKnown && {
    ...current,
    amount: sum([current.amount, ...refunds.map(({ total = 0 }) => total)]),
  };
  return { total: gross ?? (summed || undefined), net: current };
}

function timeOf(order: Order, stage: Stage): string | undefined {
  if (stage === 'updated') return firstTime(order.updated_at);
  if (stage === 'placed') return firstTime(order.created_at, order.order_at, order.processed_at);
  if (stage === 'paid')
    return firstTime(order.payment_details.at(-1)?.processed_at, order.processed_at, order.updated_at);
  return firstTime(order.cancelled_at, order.updated_at);
}
