import { type Consent, chosenConsent, type Purpose } from '../../../shared/consent.ts';
import type { Choice } from '../api.ts';
import { guard } from './guard.ts';
import { sandbox, settings, type Thing } from './sandbox.ts';

/** The visitor's choice according to the platform. */
let choice: Choice | undefined;
/** Whether the visitor chose on this page. */
let isChosen: unknown;

/**
 * Reads Shopify's customer privacy and follows its changes. The first value may deny everything because the visitor has
 * not chosen yet; that cannot be distinguished from a refusal. No advertising where data may not be sold.
 *
 * @see https://shopify.dev/docs/api/web-pixels-api/pixel-privacy (read 2026-11-27)
 */
export const watchPrivacy = (onChange: () => void) => {
  const record = (privacy: Thing) => {
    choice = {
      advertising: privacy.marketingAllowed && privacy.saleOfDataAllowed !== false,
      analytics: privacy.analyticsProcessingAllowed,
      marketing: privacy.marketingAllowed,
    };
  };
  void guard(record)(sandbox.init?.customerPrivacy);
  sandbox.customerPrivacy?.subscribe?.(
    'visitorConsentCollected',
    guard((event) => {
      record(event.customerPrivacy);
      isChosen = 1;
      onChange();
    }),
  );
};

/**
 * What messages say beside a consent that is only the setting's default, because there is no choice. Global Privacy
 * Control, which denies advertising, counts as said.
 */
export let unchosen: { assumed: true; gpc: unknown } | undefined;

/**
 * The consent in force. A purpose denied in the snippet's record stays denied.
 *
 * @param recorded the choice stored by the snippet on the shop's pages.
 * @returns undefined while the visitor has not chosen: messages are held then.
 */
export const decide = (recorded: Choice | undefined): Consent | undefined => {
  const chosen = choice || recorded;
  const gpc = (globalThis.navigator as Thing)?.globalPrivacyControl;
  const consent = chosenConsent(chosen, settings.consent === 'granted', gpc);
  unchosen = chosen ? undefined : { assumed: true, gpc };
  for (const purpose in consent) (consent as Thing)[purpose] &&= recorded?.[purpose as Purpose] !== false;
  return isChosen || recorded || (consent && isAllowed(consent)) ? consent : undefined;
};

export const isAllowed = (consent: Consent) => Object.values(consent).includes(true);
