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
  'on_hold',
]);

/** `PENDING`, `on-hold` and `Partially Refunded` as `pending`, `on_hold`, `partially_refunded`; empty for no status. */
const stateOf = (status: unknown): string =>
  typeof status === 'string'
    ? status
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_')
    : '';

/** True for a status that says that the money has arrived; it may have been paid back since. */
export const saysPaid = (status: unknown): boolean => PAID.has(stateOf(status));

/**
 * Whether an order's money has arrived, by its `financial_status` in any case. Without a status an order counts as paid.
 * A state that is not known is unpaid when the shop's backend or its shop system reports it; a page's is not believed.
 */
export function isPaid(status: unknown, source: Source): boolean {
  const state = stateOf(status);
  if (state === '') return true;
  return PAID.has(state) || (source === 'browser' && !UNPAID.has(state));
}
