import { isPaid } from '../../shared/payment.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { readClaim } from './claim.ts';
import { isTrusted } from './precedence.ts';

/**
 * Whether an event links the ids it carries as one person's: what the shop's backend sends, and a paid order of a
 * logged-in customer, with the contacts of the account (`contactsOf`). What is typed at a checkout or in an unpaid order
 * identifies nobody beyond it, and a browser may claim to be anybody.
 */
export function linksPersons(event: ProtectedEvent): boolean {
  const { source, identity, properties } = event;
  if (source !== 'platform') return isTrusted(source);
  return (
    identity.userId !== undefined &&
    readClaim(event) !== undefined &&
    isPaid(properties.financial_status, source)
  );
}
