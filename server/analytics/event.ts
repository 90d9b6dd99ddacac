import { checkoutTokens, isGuessable } from '../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { LeftOutReason } from '../../shared/reasons.ts';
import { linksPersons } from '../orders/links-persons.ts';
import { contactsOf, isMessageReport } from '../privacy/person.ts';
import type { Facts, Link, PersonKey } from './facts.ts';
import type { Visitor } from './store.ts';

/** What one event reports, and what of it had to be left out. */
export interface EventFacts extends Partial<Facts> {
  visitor?: Visitor;
  leftOut?: LeftOutReason[];
}

export const times = ({ timestamp, receivedAt }: ProtectedEvent) => ({
  atMs: Date.parse(timestamp),
  receivedAtMs: Date.parse(receivedAt),
});

/** Every id an event carries, with its kind. */
export function peopleIn(event: ProtectedEvent): PersonKey[] {
  const { identity, properties, context } = event;
  const keys: [string, unknown][] = [
    ['a', identity.anonymousId],
    ['u', identity.userId],
    ['e', contactsOf(event).emailSha256],
    ['c', textOf(properties.cio_id) ?? cioIdIn(context.page?.url)],
    ['t', tokenOf(properties.cart_token)],
    ['t', tokenOf(properties.cart_id)],
    ...checkoutTokens(properties).map((token): [string, unknown] => ['k', token]),
  ];
  const people = keys.flatMap(([kind, id]) => {
    const text = textOf(id);
    return text === undefined ? [] : [`${kind}:${text}` as PersonKey];
  });
  return [...new Set(people)];
}

/** A token that can be guessed links nobody to a cart or checkout. */
function tokenOf(value: unknown): string | undefined {
  const token = textOf(value);
  return token === undefined || isGuessable(token) ? undefined : token;
}

/** Customer.io adds it to the links people click in its messages. */
const cioIdIn = (url: string | undefined) =>
  url?.includes('_cio_id=') ? (URL.parse(url)?.searchParams.get('_cio_id') ?? undefined) : undefined;

/** Each with each, except token with token, which identify nobody. */
export function linksBetween(people: readonly PersonKey[], event: ProtectedEvent): Link[] {
  const receivedAtMs = Date.parse(event.receivedAt);
  const isProven = provenBy(event);
  return people.flatMap((one, index) =>
    people
      .slice(index + 1)
      .filter((other) => isPerson(one) || isPerson(other))
      .map((other) => ({
        one,
        other,
        receivedAtMs,
        ...(isProven(one, other) && { isProven: true as const }),
      })),
  );
}

/** Which links an event proves. The email typed into an order, even a paid one, may be somebody else's. */
function provenBy(event: ProtectedEvent): (one: PersonKey, other: PersonKey) => boolean {
  if (isMessageReport(event)) return () => true;
  const isLinking = linksPersons(event);
  const mayBeTyped = event.source === 'platform';
  return (one, other) => isLinking && !(mayBeTyped && (isEmail(one) || isEmail(other)));
}
const isEmail = (key: PersonKey) => key.startsWith('e:');

/** True for ids of people, and not for the tokens of their carts and checkouts. */
export const isPerson = (key: PersonKey) => !/^[kt]:/.test(key);

/** An id as text; undefined for what is none. One that contained an email was masked, and would make strangers one. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.includes('[email]') ? undefined : text;
};
