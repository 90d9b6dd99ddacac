import { compact } from '../../../destinations/values.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import type { Redaction } from './payload.ts';

/** A customer wants to be forgotten; carried out by whoever reads the log for statistics. */
export function mapCustomerRedaction(asked: Redaction, messageId: string): Mapped | Unusable {
  const { customer } = asked;
  const userId = customer?.id ?? asked.customer_id ?? asked.id;
  const traits = compact({
    email: customer?.email ?? asked.email,
    phone: customer?.phone ?? asked.phone,
  });
  const orders = asked.orders_to_redact.flatMap((name) => name?.replace(/^#\s*/, '') || []);
  if (!userId && !traits && orders.length === 0) return { lacks: 'customer' };
  const who = { ...(userId && { userId }), context: { ...(traits && { traits }) } };
  return {
    message: track('Customer Redacted', messageId, undefined, who, { ...(orders.length > 0 && { orders }) }),
    audience: 'statistics',
  };
}

/** The app was removed long enough ago: everything of the shop goes. */
export const mapShopRedaction = (messageId: string): Mapped => ({
  message: track('Shop Redacted', messageId, undefined, { context: {} }, {}),
  audience: 'statistics',
});
