import Big from 'big.js';

/** Longer text is no amount; digits cost time. */
const MAX_LENGTH = 400;
/** Keeps exponents small, for the same reason. */
const DECIMAL = /^[\d.]+(?:e[+-]?\d{1,4})?$/i;

/**
 * A decimal amount in whole hundredths, rounded half up from the digits as they are written: `"1.005"` is 101, which a
 * binary fraction would make 100.
 *
 * @param value a number, or decimal text with a point; an exponent is allowed.
 * @returns undefined for everything else, for negative amounts, and beyond 2^53 hundredths.
 */
export function toHundredths(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const amount = parse(String(value).trim());
  const hundredths = amount?.times(100).round(0, Big.roundHalfUp);
  return hundredths?.lte(Number.MAX_SAFE_INTEGER) ? hundredths.toNumber() : undefined;
}

function parse(text: string): Big | undefined {
  if (text.length > MAX_LENGTH || !DECIMAL.test(text)) return undefined;
  try {
    return new Big(text);
  } catch {
    return undefined;
  }
}

/** Hundredths in major units with two decimals: 1250 is `12.50`. */
export const fromHundredths = (hundredths: number): string => new Big(hundredths).div(100).toFixed(2);

/** The sum of finite numbers as they are written, so that 0.1 and 0.2 make 0.3. */
export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total.plus(number), new Big(0)).toNumber();

/** The sum of the products of finite numbers as they are written, rounded half up to `decimals`. */
export const sumOfProducts = (pairs: readonly (readonly [number, number])[], decimals: number): number =>
  pairs
    .reduce((total, [one, other]) => total.plus(new Big(one).times(other)), new Big(0))
    .round(decimals, Big.roundHalfUp)
    .toNumber();

/** `part ÷ whole`, rounded half up to `decimals`; 0 where `whole` is not above 0 or either is not finite. */
export const divide = (part: number, whole: number, decimals = 0): number =>
  whole > 0 && Number.isFinite(part + whole)
    ? new Big(part).div(whole).round(decimals, Big.roundHalfUp).toNumber()
    : 0;
