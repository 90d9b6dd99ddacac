import { sum } from '../../../lib/decimal.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import { readProduct } from './lines.ts';
import { type Money, readMoney } from './money.ts';
import type { Refund } from './payload.ts';
import { readPerson } from './person.ts';

/** What was paid back of an order. */
export function mapRefund(refund: Refund, messageId: string): Mapped | Unusable {
  if (refund.order_id === undefined) return { lacks: 'order_id' };
  const products = refund.refund_line_items
    .map(({ line_item, quantity }) => line_item && readProduct(line_item, quantity))
    .filter((product) => product !== undefined);
  const moment = firstTime(refund.processed_at, refund.created_at);
  const message = track('Order Refunded', messageId, moment, readPerson(refund), {
    order_id: refund.order_id,
    refund_id: refund.id,
    ...readTotal(refund),
    products: products.length > 0 ? products : undefined,
  });
  return { message };
}

const FAILED = new Set(['failure', 'error']);

/**
 * The transactions that did not fail: one under way will arrive. Where none is told yet, the lines that are taken back.
 * Amounts in several currencies have no sum.
 */
function readTotal({ transactions, refund_line_items }: Refund): { total?: number; currency?: string } {
  const paid = transactions.filter(({ status }) => !FAILED.has(status ?? ''));
  const said =
    transactions.length > 0
      ? paid.map(({ amount_set, amount, currency }) => readMoney(amount_set, amount, currency))
      : refund_line_items.map(({ subtotal_set, subtotal }) => readMoney(subtotal_set, subtotal));
  if (transactions.length > 0 && paid.length === 0) return { total: 0 };
  const moneys = said.filter((money): money is Money => money !== undefined);
  const [currency, ...others] = new Set(moneys.flatMap((money) => money.currency ?? []));
  if (moneys.length === 0 || others.length > 0) return {};
  return { total: sum(moneys.map(({ amount }) => amount)), ...(currency && { currency }) };
}
