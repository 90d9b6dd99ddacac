/** What a visitor can consent to. Every destination declares the one purpose it serves. */
export const PURPOSES = ['advertising', 'analytics', 'marketing'] as const;
export type Purpose = (typeof PURPOSES)[number];
export type Consent = Record<Purpose, boolean>;

/**
 * The effective consent: the visitor's choice, else the shop's default. Global Privacy Control always denies advertising.
 *
 * @param choice purposes the visitor has decided; the others follow `fallback`.
 * @returns undefined when there is no choice and the default denies.
 * @see https://www.w3.org/TR/gpc/ (read 2026-11-21)
 */
export function chosenConsent(
  choice: Partial<Consent> | undefined,
  fallback: boolean,
  gpc: boolean,
): Consent | undefined {
  return choice || fallback
    ? {
        advertising: !gpc && (choice?.advertising ?? fallback),
        analytics: choice?.analytics ?? fallback,
        marketing: choice?.marketing ?? fallback,
      }
    : undefined;
}

/** As `chosenConsent`; without a choice, a default that denies denies every purpose. */
export const resolveConsent = (...given: Parameters<typeof chosenConsent>): Consent =>
  chosenConsent(...given) ?? { advertising: false, analytics: false, marketing: false };

/**
 * What was said for each purpose, as three characters in the order of `PURPOSES`: `g` granted, `d` denied, `-` nothing.
 * `gd-`: advertising granted, analytics denied.
 */
export type ConsentState = string;

export const NOTHING_SAID: ConsentState = '---';

/** What a message said: of `assumed` purposes nothing. */
export const stateOf = (consent: Consent, assumed: readonly Purpose[] = []): ConsentState =>
  PURPOSES.map((purpose) => (assumed.includes(purpose) ? '-' : consent[purpose] ? 'g' : 'd')).join('');

/** For each purpose denied where any state denies it, else granted where any grants it. */
export function strictest(states: readonly ConsentState[]): ConsentState {
  const [first] = states;
  if (first !== undefined && states.every((state) => state === first)) return first;
  return PURPOSES.map((_, index) => {
    const said = states.map((state) => state[index]);
    return said.includes('d') ? 'd' : said.includes('g') ? 'g' : '-';
  }).join('');
}

/** The first state, with the second for the purposes of which the first says nothing. */
export const orElse = (state: ConsentState, other: ConsentState): ConsentState =>
  PURPOSES.map((_, index) => (state[index] === '-' ? other[index] : state[index])).join('');
