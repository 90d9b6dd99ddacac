import { type Consent, PURPOSES, type Purpose } from '../../shared/consent.ts';
import type { Context } from '../../shared/message.ts';
import type { Shop } from '../config/config.ts';

/**
 * The visitor's choice in `context.consent.categoryPreferences`, by purpose. When several of the shop's categories map
 * to one purpose, all of them must be granted.
 *
 * @returns undefined when no category maps to a purpose: the visitor has not chosen.
 */
export function chosenConsent(context: Context, shop: Shop): Partial<Consent> | undefined {
  const preferences = Object.entries(context.consent?.categoryPreferences ?? {});
  const choice: Partial<Consent> = {};
  for (const [category, isGranted] of preferences) {
    const purpose = purposeOf(category, shop);
    if (purpose) choice[purpose] = isGranted && choice[purpose] !== false;
  }
  return Object.keys(choice).length > 0 ? choice : undefined;
}

function purposeOf(category: string, { consentCategories }: Shop): Purpose | undefined {
  const own = PURPOSES.find((purpose) => purpose === category);
  return own ?? (Object.hasOwn(consentCategories, category) ? consentCategories[category] : undefined);
}
