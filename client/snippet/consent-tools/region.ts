export const MAYBE = 1;
export const SURE = 2;

/**
 * Whether the visitor is in a region: `SURE` by the time zone, `MAYBE` by a language or in part of a country, else 0.
 * Browsers that do not know the time zones of regions exclude none.
 *
 * @param region ISO 3166-2, for example `FR` or `US-CA`; of the latter the country alone is read.
 */
export const placeIn = (region: unknown): number => {
  const [country, part] = `${region}`.split('-');
  try {
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] };
    if (locale.getTimeZones().includes(Intl.DateTimeFormat().resolvedOptions().timeZone))
      return part ? MAYBE : SURE;
    return +navigator.languages.some((language) => language.endsWith(`-${country}`));
  } catch {
    return MAYBE;
  }
};
