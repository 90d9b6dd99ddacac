import { orderNames } from '../../../../shared/order-ids.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import { readProducts } from './lines.ts';
import { type Money, readCurrency, readMoney } from './money.ts';
import type { Order } from './payload.ts';
import { readPerson } from './person.ts';

/** The event of each stage. */
const EVENTS = {
  placed: 'Order Completed',
  paid: 'Order Updated',
  updated: 'Order Updated',
  cancelled: 'Order Cancelled',
} as const;

export type Stage = keyof typeof EVENTS;

/** An order at one stage. */
export function mapOrder(order: Order, stage: Stage, messageId: string): Mapped | Unusable {
  const properties = {
    ...readNames(order),
    cart_token: order.cart_token,
    ...readAmounts(order),
    coupon: order.discount_codes.flatMap(({ code }) => code ?? []).join(',') || undefined,
    financial_status: stage === 'paid' ? 'paid' : order.financial_status,
    products: readProducts(order.line_items),
    landing_site: order.landing_site,
    referring_site: order.referring_site,
  };
  if (orderNames(properties).length === 0) return { lacks: 'id' };
  return { message: track(EVENTS[stage], messageId, timeOf(order, stage), readPerson(order), properties) };
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
  const total =
    money(order.current_total_price_set, order.current_total_price) ??
    money(order.total_price_set, order.total_price);
  const currency = total?.currency ?? readCurrency(order.currency);
  const same = (found: Money | undefined) =>
    found?.currency === undefined || found.currency === currency ? found?.amount : undefined;
  return {
    currency,
    total: total?.amount,
    subtotal: same(money(order.subtotal_price_set, order.subtotal_price)),
    tax: same(money(order.total_tax_set, order.total_tax)),
    shipping: same(money(order.total_shipping_price_set, order.total_shipping_price)),
    discount: same(
      money(order.total_discounts_set, order.total_discounts) ??
        money(order.current_total_discounts_set, order.current_total_discounts),
    ),
  };
}

function timeOf(order: Order, stage: Stage): string | undefined {
  if (stage === 'placed') return firstTime(order.created_at, order.order_at, order.processed_at);
  if (stage === 'paid')
    return firstTime(order.payment_details.at(-1)?.processed_at, order.processed_at, order.updated_at);
  return firstTime(order.cancelled_at, order.updated_at);
}
