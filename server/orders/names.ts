import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** Longer than any id the contract takes: such a text names nothing. */
const MAX_LENGTH = 512;

/**
 * Everything a report calls its order: the ids and numbers it carries, and `checkout:<token>` for its checkout. Reports
 * that share one of them are about one order.
 *
 * @returns trimmed, each once, the order's id first; empty when nothing names it.
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

/** What a report calls its checkout: `checkout:<id>`, `checkout:<token>`, the token last. */
export function checkoutNames(properties: ProtectedEvent['properties']): string[] {
  const ids = [toName(properties.checkout_id), toName(properties.checkout_token)];
  return ids.flatMap((id) => (id === undefined ? [] : [`checkout:${id}`]));
}

/** An id with an email in it was made unreadable, and would make strangers' orders look like one. */
function toName(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  return text === '' || text.length > MAX_LENGTH || text.includes('[email]') ? undefined : text;
}

/** SHOPLINE's thank-you page names the order in its address. */
function seqIn(url: unknown): string | undefined {
  if (typeof url !== 'string' || !url.includes('mainOrderSeq=')) return undefined;
  return URL.parse(url, 'https://shop.invalid')?.searchParams.get('mainOrderSeq') ?? undefined;
}
