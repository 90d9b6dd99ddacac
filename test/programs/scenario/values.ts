import { createHash } from 'node:crypto';
import type { Payload } from './event.ts';

export const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
const digestOf = (email: string) => createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
export const hundredths = (value: unknown) => {
  const amount = value === undefined ? Number.NaN : Math.round(Number(value) * 100);
  return amount >= 0 ? amount : undefined;
};

/** The ids present, each prefixed with its kind. */
export function people(ids: Partial<Record<'a' | 'u' | 'e' | 'c' | 't' | 'k', unknown>>): Set<string> {
  const found = Object.entries(ids).flatMap(([kind, id]) => {
    const value = text(id);
    if (!value) return [];
    return [`${kind}:${kind === 'e' ? digestOf(value) : value}`];
  });
  return new Set(found);
}

export const namesOf = ({ checkout_id, checkout_token }: Payload, names: unknown[]) => [
  ...names.flatMap((name) => text(name)?.replace(/^#/, '') ?? []),
  ...[checkout_id, checkout_token].flatMap((token) => (text(token) ? [`checkout:${token}`] : [])),
];

/** A `checkout_id` that is a number, or shorter than 16 characters, is a name and no token. */
export const tokensOf = ({ cart_token, checkout_token, checkout_id }: Payload): string[] =>
  [cart_token, checkout_token, /^(?!\d+$).{16,}$/.test(text(checkout_id) ?? '') && checkout_id].flatMap(
    (token) => text(token) ?? [],
  );

export const itemsOf = (lines: unknown) =>
  (Array.isArray(lines) ? lines : []).map((line: Payload) => ({
    productId: text(line.product_id) ?? '',
    units: number(line.quantity) ?? 0,
  }));

/** What the lines cost in major units: the amount of an order whose page states none. */
export const sumOf = (lines: unknown) =>
  (Array.isArray(lines) ? lines : []).reduce(
    (sum: number, { price, quantity }: Payload) => sum + (number(price) ?? 0) * (number(quantity) ?? 0),
    0,
  );
