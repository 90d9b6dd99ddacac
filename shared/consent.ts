/** What a visitor can consent to. Every destination declares the one purpose it serves. */
export const PURPOSES = ['advertising', 'analytics', 'marketing'] as const;
export type Purpose = (typeof PURPOSES)[number];
export type Consent = Record<Purpose, boolean>;

/**
 * The effective consent: the visitor's choice, else the shop's default. Global Privacy Control always denies advertising.
 *
 * @param choice purposes the visitor has decided; the others follow `fallback`.
 * @see https://www.w3.org/TR/gpc/ (read 2026-11-21)
 */
export function resolveConsent(
  choice: Partial<Consent> | undefined,
  fallback: boolean,
  gpc: boolean,
): Consent {
  return {
    advertising: !gpc && (choice?.advertising ?? fallback),
    analytics: choice?.analytics ?? fallback,
    marketing: choice?.marketing ?? fallback,
  };
}
