import { type Consent, PURPOSES } from '../../../shared/consent.ts';
import type { PersonKey } from '../../analytics/facts.ts';
import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Shop } from '../../config/config.ts';
import { sha256 } from '../../privacy/hash.ts';
import { normalizeEmail } from '../../privacy/normalize.ts';
import type { Mapped } from './mapped.ts';

/**
 * The consent that applies to a payload: what its visitor last chose on a page. If several visitors match, a purpose is
 * granted only when all of them granted it; if none is known, the shop's default applies.
 */
export async function consentOf(
  message: Mapped['message'],
  shop: Shop,
  state: Pick<AnalyticsStore, 'visitorsOf'>,
): Promise<Consent> {
  const people = peopleOf(message);
  const visitors = people.length > 0 ? await state.visitorsOf(shop.id, people) : [];
  const isGranted = (purpose: (typeof PURPOSES)[number]) =>
    visitors.length > 0 ? visitors.every(({ consent }) => consent[purpose]) : shop.consentDefault;
  return Object.fromEntries(PURPOSES.map((purpose) => [purpose, isGranted(purpose)])) as Consent;
}

/** The IDs in a payload that may identify a visitor. */
function peopleOf({ userId, anonymousId, context, properties = {} }: Mapped['message']): PersonKey[] {
  const { cart_token, checkout_token, checkout_id } = properties;
  const email = normalizeEmail(context?.traits?.email);
  const ids: [PersonKey[0], unknown][] = [
    ['t', cart_token],
    ['k', checkout_token],
    ['k', checkout_id],
    ['u', userId],
    ['e', email && sha256(email)],
    ['a', anonymousId],
  ];
  return ids.flatMap(([kind, id]) => (typeof id === 'string' ? [`${kind}:${id}` as PersonKey] : []));
}
