import { isObject } from '../../../../shared/message.ts';
import { isUnusable, type Mapped } from '../../webhooks/mapped.ts';
import { messageIdOf } from '../../webhooks/message-id.ts';
import { mapWebhook, type Topic } from './map.ts';
import { Order } from './payload.ts';

const PAID = new Set(['paid', 'partially_refunded', 'refunded']);

/** Everything webhooks should have told about an order, read from the order as it is now. */
export function toldByOrder(payload: unknown): Mapped[] {
  const read = Order.safeParse(payload);
  if (!read.success || !isObject(payload) || read.data.id === undefined) return [];
  const { id, financial_status, cancelled_at } = read.data;
  const tell = (topic: Topic, about: unknown, called: string) =>
    mapWebhook(topic, about, messageIdOf('shopline', called));
  const told = [tell('orders/create', payload, `order:${id}`)];
  if (PAID.has(financial_status ?? '')) told.push(tell('orders/paid', payload, `order:${id}:paid`));
  if (cancelled_at) told.push(tell('orders/cancelled', payload, `order:${id}:cancelled`));
  const refunds = Array.isArray(payload.refunds) ? payload.refunds.filter(isObject) : [];
  for (const refund of refunds) {
    const about = { ...buyerOf(payload), ...refund, order_id: refund.order_id ?? id };
    if (refund.id) told.push(tell('refunds/create', about, `refund:${refund.id}`));
  }
  return told.filter((mapped): mapped is Mapped => !isUnusable(mapped));
}

/** A refund by itself names the buyer's id at most. */
const buyerOf = ({ user_id, email, phone, customer, note_attributes }: Record<string, unknown>) => ({
  user_id,
  email,
  phone,
  customer,
  note_attributes,
});
