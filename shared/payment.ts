import type { Source } from './protected-event.ts';

const PAID: ReadonlySet<string> = new Set(['paid', 'partially_refunded', 'refunded']);
const UNPAID: ReadonlySet<string> = new Set([
  'unpaid',
  'authorized',
  'pending',
  'partially_paid',
  'voided',
  'expired',
  'failed',
  'cancelled',
  'canceled',
  'on-hold',
  'on_hold',
]);

/**
 * Whether an order's money has arrived, by its `financial_status` in any case. Without a status an order counts as paid.
 * A state that is not known is unpaid when the shop's backend or its shop system reports it; a page's is not believed.
 */
export function isPaid(status: unknown, source: Source): boolean {
  if (typeof status !== 'string' || status.trim() === '') return true;
  const state = status.trim().toLowerCase();
  return PAID.has(state) || (source === 'browser' && !UNPAID.has(state));
}
