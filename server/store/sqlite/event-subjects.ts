import { orderTokens } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { personSubject, tokenSubject, visitorSubject } from '../subject.ts';

/** Visitor and person of an event's consent record; '' where there is none. */
export const subjectsOf = ({ identity, source, properties }: ProtectedEvent): [string, string] => [
  visitorSubject(identity.anonymousId) || (source === 'platform' ? cartOf(properties) : ''),
  personSubject(identity.userId ?? identity.emailSha256),
];

/** A cart of the shop system that no snippet has written its visitor's id into. */
const cartOf = (properties: ProtectedEvent['properties']): string =>
  tokenSubject(orderTokens(properties)[0] ?? '');
