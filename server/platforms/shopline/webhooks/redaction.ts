import { compact } from '../../../destinations/values.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import type { Redaction } from './payload.ts';

/** A request to erase a customer. It is stored as an event and carried out when analytics reads it. */
export function mapCustomerRedaction(request: Redaction, messageId: string): Mapped | Unusable {
  const { customer } = request;
  const userId = customer?.id ?? request.customer_id ?? request.id;
  const traits = compact({
    email: customer?.email ?? request.email,
    phone: customer?.phone ?? request.phone,
  });
  const orders = request.orders_to_redact.flatMap((name) => name?.replace(/^#\s*/, '') || []);
  if (!userId && !traits && orders.length === 0) return { lacks: 'customer' };
  const who = { ...(userId && { userId }), context: { ...(traits && { traits }) } };
  return {
    message: track('Customer Redacted', messageId, undefined, who, { ...(orders.length > 0 && { orders }) }),
    audience: 'statistics',
  };
}

/** Sent some time after the app was uninstalled: all data of the shop is erased. */
export const mapShopRedaction = (messageId: string): Mapped => ({
  message: track('Shop Redacted', messageId, undefined, { context: {} }, {}),
  audience: 'statistics',
});
