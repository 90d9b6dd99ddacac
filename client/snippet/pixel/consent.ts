import { type Consent, type Purpose, resolveConsent } from '../../../shared/consent.ts';
import type { Choice } from '../api.ts';
import { guard } from './guard.ts';
import { sandbox, settings, type Thing } from './sandbox.ts';

/** What the platform knows of the visitor's choice. */
let choice: Choice | undefined;
/** They have made one on this page. */
let isChosen = false;

/**
 * Shopify's word. Its first may deny everything only because nobody has chosen yet, which cannot be told from a no.
 * Where data may not be sold there is no advertising.
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
 * The consent in force. A no that the shop’s own pages have recorded stands, whatever the platform says.
 *
 * @param recorded the choice the snippet keeps.
 * @returns undefined while nobody chose: nothing may be written or sent then, and nothing is lost either.
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
