import { everything, globals, type Tool } from './tool.ts';

let isAsked = false;
let hasFailed = false;

/**
 * SHOPLINE's own banner, or any other that calls `setTrackingConsent`. One yes or no for everything. A refusal raises
 * no event, so only looking again finds it; `trackingConsentAccepted` tells of a yes. Without `loadFeatures`, or where
 * the feature does not load, SHOPLINE has nothing to say.
 *
 * @see https://developer.shopline.com/docs/apps/customer-privacy-api (read 2026-11-27)
 */
export const shopline: Tool = (look) => {
  const { Shopline } = globals;
  if (!Shopline?.loadFeatures) return undefined;
  if (!isAsked) {
    isAsked = true;
    Shopline.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], (error: unknown) => {
      hasFailed = !!error;
      look();
    });
  }
  const { customerPrivacy } = Shopline;
  if (!customerPrivacy) return hasFailed ? undefined : null;
  // A no is only a no once the banner has nothing more to ask: before that, nobody may be tracked either.
  const isAsking = customerPrivacy.shouldShowGDPRBanner?.();
  const isAllowed = customerPrivacy.userCanBeTracked();
  if (isAllowed === true && !isAsking) return everything(true);
  return isAllowed === false && isAsking === false ? everything(false) : null;
};
