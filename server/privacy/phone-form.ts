import { type CountryCode, isSupportedCountry, Metadata, type NumberingPlan } from 'libphonenumber-js/max';
import { memoize } from '../lib/cache.ts';

/** Digits of a number with country code: fewer are none, and E.164 has no more (ITU-T E.164). */
const MIN_DIGITS = 8;
const MAX_DIGITS = 15;
/** With the trunk zero. */
const MIN_LOCAL_DIGITS = 9;

/**
 * Whether digits look like a phone number: with a plus, with `00` and a country code, or with the trunk zero of the country
 * and as many digits as its numbers have.
 *
 * @param country ISO 3166-1 alpha-2; undefined: a number without `+` or `00` is no phone.
 */
export function isPhoneNumber(digits: string, hasPlus: boolean, country: string | undefined): boolean {
  const withoutZeros = hasPlus ? digits : digits.slice(2);
  if ((hasPlus || digits.startsWith('00')) && /^[1-9]/.test(withoutZeros))
    return withoutZeros.length >= MIN_DIGITS && withoutZeros.length <= MAX_DIGITS;
  if (hasPlus || country === undefined || !/^0[1-9]/.test(digits) || digits.length < MIN_LOCAL_DIGITS)
    return false;
  return lengthsWithTrunkZero(country)?.includes(digits.length) ?? false;
}

/** Lengths of the local numbers of a country, with the zero; undefined where numbers have no trunk zero. */
const lengthsWithTrunkZero = memoize(300, (country) => {
  const code = country.toUpperCase();
  if (!isSupportedCountry(code)) return undefined;
  const metadata = new Metadata();
  metadata.selectNumberingPlan(code as CountryCode);
  const plan = metadata.numberingPlan as (NumberingPlan & { nationalPrefix(): unknown }) | undefined;
  if (plan?.nationalPrefix() === '0') return plan.possibleLengths().map((length) => length + 1);
  // The zero is a part of the number.
  return ['IT', 'SM', 'VA'].includes(code) ? plan?.possibleLengths() : undefined;
});
