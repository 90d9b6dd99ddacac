import type { Source } from './protected-event.ts';

const PAID = /^(?:paid|(?:partially[ _-])?refunded)$/i;
const UNPAID =
  /^(?:unpaid|authorized|pending|partially[ _-]paid|voided|expired|failed|cancell?ed|on[ _-]hold)$/i;

/**
 * Whether an order's money has arrived, by its `financial_status` in any case. Without a status an order counts as paid.
 * A state that is not known is unpaid when the shop's backend or its shop system reports it; a page's is not believed.
 */
export function isPaid(status: unknown, source: Source): boolean {
  if (typeof status !== 'string' || status.trim() === '') return true;
  const state = status.trim();
  return PAID.test(state) || (source === 'browser' && !UNPAID.test(state));
}
