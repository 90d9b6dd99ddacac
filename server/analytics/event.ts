import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { LeftOutReason } from '../../shared/reasons.ts';
import type { Facts, Link, PersonKey } from './facts.ts';
import type { Visitor } from './store.ts';

/** The facts of one event, and why some were left out. */
export interface EventFacts extends Partial<Facts> {
  visitor?: Visitor;
  leftOut?: LeftOutReason[];
}

export const times = ({ timestamp, receivedAt }: ProtectedEvent) => ({
  atMs: Date.parse(timestamp),
  receivedAtMs: Date.parse(receivedAt),
});

/** Every id an event carries, with its kind. */
export function peopleIn({ identity, properties, context }: ProtectedEvent): PersonKey[] {
  const keys: [string, unknown][] = [
    ['a', identity.anonymousId],
    ['u', identity.userId],
    ['e', identity.emailSha256],
    ['c', textOf(properties.cio_id) ?? cioIdIn(context.page?.url)],
    ['t', properties.cart_token],
    ['t', properties.cart_id],
    ['k', properties.checkout_token],
    ['k', properties.checkout_id],
  ];
  const people = keys.flatMap(([kind, id]) => {
    const text = textOf(id);
    return text === undefined ? [] : [`${kind}:${text}` as PersonKey];
  });
  return [...new Set(people)];
}

/** Customer.io adds it to the links people click in its messages. */
const cioIdIn = (url: string | undefined) =>
  url?.includes('_cio_id=') ? (URL.parse(url)?.searchParams.get('_cio_id') ?? undefined) : undefined;

/** Every pair of these ids with at least one id of a person. */
export function linksBetween(people: readonly PersonKey[], receivedAtMs: number): Link[] {
  return people.flatMap((one, index) =>
    people
      .slice(index + 1)
      .filter((other) => isPerson(one) || isPerson(other))
      .map((other) => ({ one, other, receivedAtMs })),
  );
}
/** True for ids of people, and not for the tokens of their carts and checkouts. */
export const isPerson = (key: PersonKey) => !/^[kt]:/.test(key);

/** An id as text, or undefined. Ids with a redacted email are refused: they would make strangers one person. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.includes('[email]') ? undefined : text;
};
