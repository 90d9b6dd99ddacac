import { type Consent, PURPOSES } from '../../../shared/consent.ts';
import type { PersonKey } from '../../analytics/facts.ts';
import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Shop } from '../../config/config.ts';
import { sha256 } from '../../privacy/hash.ts';
import { normalizeEmail } from '../../privacy/normalize.ts';
import type { Mapped } from './mapped.ts';

/**
 * What the visitor behind a payload allowed, as they last said on a page: where several match, what all of them allow.
 * The shop's default when none is known.
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

/** The ids by which a visitor may be found. */
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
