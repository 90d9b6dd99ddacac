import { everything, globals, type Tool } from './tool.ts';

let isAsked: unknown;
let hasFailed: unknown;

/**
 * SHOPLINE's banner, or any other that calls `setTrackingConsent`: one choice for every purpose. Without `loadFeatures`, or when the
 * feature fails to load, there is no choice to read.
 *
 * @see https://developer.shopline.com/docs/apps/customer-privacy-api (read 2026-11-27)
 */
export const shopline: Tool = (look) => {
  const { Shopline } = globals;
  if (!Shopline?.loadFeatures) return undefined;
  if (!isAsked) {
    isAsked = 1;
    Shopline.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], (error: unknown) => {
      hasFailed = error;
      look();
    });
  }
  const { customerPrivacy } = Shopline;
  if (!customerPrivacy) return hasFailed ? undefined : null;
  // Tracking is also denied while the banner is still open; only a closed banner makes it a refusal.
  const isAsking = customerPrivacy.shouldShowGDPRBanner?.();
  const isAllowed = customerPrivacy.userCanBeTracked();
  if (isAllowed === true && !isAsking) return everything(true);
  return isAllowed === false && isAsking === false ? everything(false) : null;
};
