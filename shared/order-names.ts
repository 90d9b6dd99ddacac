import type { ProtectedEvent } from './protected-event.ts';

/** Longer than any id the contract accepts; a longer text is not an order name. */
const MAX_LENGTH = 512;

/**
 * All names of an order in one report: its id, its numbers, and `checkout:<token>` for its checkout. Reports that share
 * a name are reports of the same order.
 *
 * @returns trimmed, without duplicates, the order id first; empty when the report has no name for its order.
 */
export function orderNames({ properties }: Pick<ProtectedEvent, 'properties'>): string[] {
  const { order_id, order_number, order_seq, order_status_url } = properties;
  const numbers = [order_id, order_number, order_seq ?? seqIn(order_status_url)];
  const names = [
    ...numbers.map((value) => toName(value)?.replace(/^#\s*/, '')),
    ...checkoutNames(properties),
  ];
  return [...new Set(names)].filter((name): name is string => name !== undefined && name !== '');
}

/** Names of the checkout in one report: `checkout:<id>`, then `checkout:<token>`. */
export function checkoutNames(properties: ProtectedEvent['properties']): string[] {
  const ids = [toName(properties.checkout_id), toName(properties.checkout_token)];
  return ids.flatMap((id) => (id === undefined ? [] : [`checkout:${id}`]));
}

/** An id that contained an email address was masked to `[email]`; such ids would merge orders of different people. */
function toName(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  return text === '' || text.length > MAX_LENGTH || text.includes('[email]') ? undefined : text;
}

/** The URL of SHOPLINE's thank-you page contains the order's sequence number. */
function seqIn(url: unknown): string | undefined {
  if (typeof url !== 'string' || !url.includes('mainOrderSeq=')) return undefined;
  return URL.parse(url, 'https://shop.invalid')?.searchParams.get('mainOrderSeq') ?? undefined;
}
