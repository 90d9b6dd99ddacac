import { sum } from '../../../lib/decimal.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import { readProduct } from './lines.ts';
import { type Money, readMoney } from './money.ts';
import type { Refund } from './payload.ts';
import { readPerson } from './person.ts';

/** A refund of an order. */
export function mapRefund(refund: Refund, messageId: string): Mapped | Unusable {
  if (refund.order_id === undefined) return { lacks: 'order_id' };
  const products = refund.refund_line_items
    .map(({ line_item, quantity }) => line_item && readProduct(line_item, quantity))
    .filter((product) => product !== undefined);
  const refundedAt = firstTime(refund.processed_at, refund.created_at);
  const message = track('Order Refunded', messageId, refundedAt, readPerson(refund), {
    order_id: refund.order_id,
    refund_id: refund.id,
    ...readTotal(refund),
    products: products.length > 0 ? products : undefined,
  });
  return { message };
}

const FAILED = new Set(['failure', 'error']);

/**
 * The sum of the transactions that did not fail, pending ones included; without transactions that of the refunded lines.
 * Amounts in several currencies have no sum.
 */
function readTotal({ transactions, refund_line_items }: Refund): { total?: number; currency?: string } {
  const refunded = transactions.filter(({ status }) => !FAILED.has(status ?? ''));
  const amounts =
    transactions.length > 0
      ? refunded.map(({ amount_set, amount, currency }) => readMoney(amount_set, amount, currency))
      : refund_line_items.map(({ subtotal_set, subtotal }) => readMoney(subtotal_set, subtotal));
  if (transactions.length > 0 && refunded.length === 0) return { total: 0 };
  const moneys = amounts.filter((money): money is Money => money !== undefined);
  const [currency, ...others] = new Set(moneys.flatMap((money) => money.currency ?? []));
  if (moneys.length === 0 || others.length > 0) return {};
  return { total: sum(moneys.map(({ amount }) => amount)), ...(currency && { currency }) };
}
