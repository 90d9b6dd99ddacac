import type { Consent } from '../../../shared/consent.ts';
import type { Shop } from '../../config/config.ts';

/** Before an event is joined with the browsers that belong to it, the shop's default applies. */
export const defaultConsent = ({ consentDefault }: Shop): Consent => ({
  advertising: consentDefault,
  analytics: consentDefault,
  marketing: consentDefault,
});
