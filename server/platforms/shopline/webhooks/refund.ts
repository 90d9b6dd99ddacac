import { sum } from '../../../lib/decimal.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type MapResult, track } from '../../webhooks/mapped.ts';
import { readProduct } from './lines.ts';
import { type Money, readMoney, type Said } from './money.ts';
import type { MoneySet, Refund, Refunded } from './payload.ts';
import { readPerson } from './person.ts';

/** A refund of an order. */
export function mapRefund(refund: Refund, messageId: string, shopCurrency?: string): MapResult {
  if (refund.order_id === undefined) return { lacks: 'order_id' };
  const products = refund.refund_line_items
    .map(({ line_item, quantity }) => line_item && readProduct(line_item, quantity))
    .filter((product) => product !== undefined);
  const refundedAt = firstTime(refund.processed_at, refund.created_at);
  const person = readPerson(refund);
  const message = track('Order Refunded', messageId, refundedAt, person, {
    order_id: refund.order_id,
    refund_id: refund.id,
    ...readRefunded(refund, shopCurrency),
    products: products.length > 0 ? products : undefined,
  });
  return { message, account: person.account };
}

const FAILED: ReadonlySet<string> = new Set(['failure', 'error']);
const SUCCEEDED: ReadonlySet<string> = new Set(['success', 'succeeded']);

/**
 * The amount of a refund in the shop's currency: the money that moved, else the refunded lines with their tax and the
 * adjustments (shipping), else transactions that are pending. 0 when every transaction failed. Amounts in several
 * currencies have no sum.
 *
 * @param shopCurrency of amounts that name none.
 */
export function readRefunded(refund: Refunded, shopCurrency?: string): { total?: number; currency?: string } {
  const transactions = refund.transactions.filter(
    ({ kind = 'refund' }) => kind.trim().toLowerCase() === 'refund',
  );
  // A transaction without a status has moved.
  const has = (statuses: ReadonlySet<string>) =>
    transactions.filter(({ status = 'success' }) => statuses.has(status.trim().toLowerCase()));
  if (transactions.length > 0 && has(FAILED).length === transactions.length) return { total: 0 };
  const moneyOf = (list: typeof transactions) =>
    add(list.map(({ amount_set, amount, currency }) => readMoney(amount_set, amount, currency)));
  const moved = moneyOf(has(SUCCEEDED));
  const lines = add([
    ...refund.refund_line_items.flatMap(({ subtotal, subtotal_set, total_tax, total_tax_set }) => [
      readMoney(subtotal_set, subtotal),
      readMoney(total_tax_set, total_tax),
    ]),
    ...refund.order_adjustments.flatMap(({ amount, amount_set, tax_amount, tax_amount_set }) => [
      readMoney(unsignedSet(amount_set), unsigned(amount)),
      readMoney(unsignedSet(tax_amount_set), unsigned(tax_amount)),
    ]),
  ]);
  // A transaction may be in the buyer's currency alone; lines and adjustments are in the shop's.
  const ownCurrency = lines && (lines.currency ?? shopCurrency);
  const isForeign =
    moved?.currency !== undefined && ownCurrency !== undefined && moved.currency !== ownCurrency;
  const hasMoved = has(SUCCEEDED).length > 0 && !isForeign;
  const found = hasMoved
    ? moved
    : (lines ?? moneyOf(transactions.filter((one) => !has(FAILED).includes(one))));
  return found ? { total: found.amount, ...(found.currency && { currency: found.currency }) } : {};
}

/** Adjustments are written with either sign. */
const unsigned = (said: Said): Said =>
  typeof said === 'string' ? said.trim().replace(/^-/, '') : said && Math.abs(said);

const unsignedSet = (set: MoneySet | undefined): MoneySet | undefined =>
  set?.shop_money && { shop_money: { ...set.shop_money, amount: unsigned(set.shop_money.amount) } };

/** Undefined for no amounts, and for amounts in several currencies. */
function add(moneys: readonly (Money | undefined)[]): Money | undefined {
  const known = moneys.filter((money) => money !== undefined);
  const [currency, ...others] = new Set(known.flatMap((money) => money.currency ?? []));
  if (known.length === 0 || others.length > 0) return undefined;
  return { amount: sum(known.map(({ amount }) => amount)), ...(currency && { currency }) };
}
