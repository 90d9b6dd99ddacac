import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';

/** What of an order's report stays for refunds and repeats: its ids, its money and status. */
const KEPT: ReadonlySet<string> = new Set([
  'order_id',
  'order_number',
  'order_seq',
  'checkout_id',
  'total',
  'value',
  'revenue',
  'currency',
  'financial_status',
]);

/** A report of an order after its retention: the order's ids and amounts, the buyer's ids and digests. */
export function toRemains(report: ProtectedEvent): ProtectedEvent {
  const kept = Object.entries(report.properties).filter(([name]) => KEPT.has(name));
  const { city, state, country, ...identity } = report.identity;
  return { ...report, identity, context: {}, traits: {}, properties: Object.fromEntries(kept) as JsonObject };
}
