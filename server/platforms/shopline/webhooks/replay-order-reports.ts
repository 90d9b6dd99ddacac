import { isObject } from '../../../../shared/message.ts';
import { isUnusable, type Mapped, messageIdOf } from '../../webhooks/mapped.ts';
import { mapWebhook, type Topic } from './map.ts';
import { Order } from './payload.ts';

const PAID = new Set(['paid', 'partially_refunded', 'refunded']);

/** The events that webhooks should have reported about an order, derived from its current state. */
export function replayOrderReports(payload: unknown): Mapped[] {
  const read = Order.safeParse(payload);
  if (!read.success || !isObject(payload) || read.data.id === undefined) return [];
  const { id, financial_status, cancelled_at } = read.data;
  const replay = (topic: Topic, body: unknown, name: string) =>
    mapWebhook(topic, body, messageIdOf('shopline', name));
  const reports = [replay('orders/create', payload, `order:${id}`)];
  if (PAID.has(financial_status ?? '')) reports.push(replay('orders/paid', payload, `order:${id}:paid`));
  if (cancelled_at) reports.push(replay('orders/cancelled', payload, `order:${id}:cancelled`));
  const refunds = Array.isArray(payload.refunds) ? payload.refunds.filter(isObject) : [];
  for (const refund of refunds) {
    const body = { ...buyerOf(payload), ...refund, order_id: refund.order_id ?? id };
    if (refund.id) reports.push(replay('refunds/create', body, `refund:${refund.id}`));
  }
  return reports.filter((report): report is Mapped => !isUnusable(report));
}

/** A refund inside an order contains at most the buyer's ID. */
const buyerOf = ({ user_id, email, phone, customer, note_attributes }: Record<string, unknown>) => ({
  user_id,
  email,
  phone,
  customer,
  note_attributes,
});
