import { type Consent, type Purpose, resolveConsent } from '../../../shared/consent.ts';
import type { Choice } from '../api.ts';
import { guard } from './guard.ts';
import { sandbox, settings, type Thing } from './sandbox.ts';

/** The visitor's choice according to the platform. */
let choice: Choice | undefined;
/** Whether the visitor chose on this page. */
let isChosen = false;

/**
 * Reads Shopify's customer privacy and follows its changes. The first value may deny everything because the visitor has
 * not chosen yet; that cannot be distinguished from a refusal. No advertising where data may not be sold.
 *
 * @see https://shopify.dev/docs/api/web-pixels-api/pixel-privacy (read 2026-11-27)
 */
export const watchPrivacy = (onChange: () => void) => {
  const record = (privacy: Thing) => {
    const { marketingAllowed: marketing, saleOfDataAllowed, analyticsProcessingAllowed: analytics } = privacy;
    choice = { advertising: marketing && saleOfDataAllowed !== false, analytics, marketing };
  };
  void guard(record)(sandbox.init?.customerPrivacy);
  sandbox.customerPrivacy?.subscribe?.(
    'visitorConsentCollected',
    guard((event) => {
      record(event.customerPrivacy);
      isChosen = true;
      onChange();
    }),
  );
};

/**
 * The consent in force. A purpose denied in the snippet's record stays denied.
 *
 * @param recorded the choice stored by the snippet on the shop's pages.
 * @returns undefined while the visitor has not chosen: messages are held then.
 */
export const decide = (recorded: Choice | undefined): Consent | undefined => {
  const gpc = !!(globalThis.navigator as { globalPrivacyControl?: unknown } | undefined)
    ?.globalPrivacyControl;
  const consent = resolveConsent(choice || recorded, settings.consent === 'granted', gpc);
  let purpose: Purpose;
  for (purpose in consent) consent[purpose] &&= recorded?.[purpose] !== false;
  return isChosen || recorded || isAllowed(consent) ? consent : undefined;
};

export const isAllowed = (consent: Consent) => Object.values(consent).includes(true);
