import { isObject } from '../../../../shared/is-object.ts';
import { isPaid } from '../../../../shared/payment.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { isMapped, type Mapped, messageIdOf } from '../../webhooks/mapped.ts';
import { mapWebhook, type Topic } from './map.ts';
import { Order } from './payload.ts';

/** The events that webhooks should have reported about an order, derived from its current state. */
export function replayOrderReports(payload: unknown, shopCurrency?: string): Mapped[] {
  const read = Order.safeParse(payload);
  if (!read.success || !isObject(payload) || read.data.id === undefined) return [];
  const { id, financial_status, cancelled_at, updated_at } = read.data;
  // The order as it is now is another message than the order as it was.
  const version = updated_at === undefined ? '' : `:${firstTime(updated_at) ?? updated_at}`;
  const replay = (topic: Topic, body: unknown, name: string) =>
    mapWebhook(topic, body, messageIdOf('shopline', name), shopCurrency);
  const reports = [replay('orders/create', payload, `order:${id}${version}`)];
  if (financial_status !== undefined && isPaid(financial_status, 'platform'))
    reports.push(replay('orders/paid', payload, `order:${id}:paid${version}`));
  if (cancelled_at) reports.push(replay('orders/cancelled', payload, `order:${id}:cancelled`));
  const refunds = Array.isArray(payload.refunds) ? payload.refunds.filter(isObject) : [];
  for (const refund of refunds) {
    const body = { ...buyerOf(payload), ...refund, order_id: refund.order_id ?? id };
    if (refund.id) reports.push(replay('refunds/create', body, `refund:${refund.id}${version}`));
  }
  return reports.filter(isMapped);
}

/** A refund inside an order contains at most the buyer's ID. */
const buyerOf = ({ user_id, email, phone, customer, note_attributes }: Record<string, unknown>) => ({
  user_id,
  email,
  phone,
  customer,
  note_attributes,
});
