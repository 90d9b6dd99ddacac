const DECIMAL = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i;
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
/** No amount is longer; digits cost time. */
const MAX_LENGTH = 400;

/**
 * An amount in major units → whole hundredths, for every currency, rounded half up from the decimal digits as they are
 * written: `"1.005"` is 101, whatever a binary fraction would make of it.
 *
 * @param value a number, or decimal text with a point; an exponent is understood.
 * @returns undefined for what is no amount: negative, beyond 2^53 hundredths, anything else.
 */
export function toHundredths(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  const [, whole = '', decimals = '', exponent = '0'] =
    text.length <= MAX_LENGTH ? (DECIMAL.exec(text) ?? []) : [];
  const digits = (whole + decimals).replace(/^0+/, '');
  if (digits === '') return whole + decimals === '' ? undefined : 0;
  /** Where the hundredths end among the digits. */
  const end = digits.length - decimals.length + Number(exponent) + 2;
  if (end > 16) return undefined;
  if (end < 0) return 0;
  const hundredths = BigInt(digits.slice(0, end).padEnd(end, '0')) + (isHalf(digits[end]) ? 1n : 0n);
  return hundredths <= LARGEST ? Number(hundredths) : undefined;
}

const isHalf = (digit: string | undefined) => digit !== undefined && digit >= '5';

/** `part ÷ whole`, rounded half up to a whole number; 0 where there is nothing to divide by. */
export const divide = (part: number, whole: number): number => scaled(part, whole, 1);

/** A rate as percent, 0 to 100, at most two decimals: `56.6`. */
export const percent = (part: number, whole: number): string => String(rate(part, whole) / 100);

/** A rate as a fraction, 0 to 1, at most four decimals: `0.09`. */
export const fraction = (part: number, whole: number): string => String(rate(part, whole) / 10_000);

/** How many times the whole, at most two decimals: `3.5`. */
export const ratio = (part: number, whole: number): string => String(scaled(part, whole, 100) / 100);

/** Hundredths in major units, as money is written: `12.50`. */
export const major = (hundredths: number): string =>
  `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;

/** In hundredths of a percent. What is told late (more opens than deliveries) makes no rate above all. */
const rate = (part: number, whole: number) => scaled(Math.min(part, whole), whole, 10_000);

/** Half up, exact beyond 2^53. What is no whole number is rounded: the schema of its row refuses it, not this. */
function scaled(part: number, whole: number, scale: number): number {
  if (!(whole > 0) || !Number.isFinite(part + whole)) return 0;
  const divisor = BigInt(Math.ceil(whole));
  return Number((BigInt(Math.round(part)) * BigInt(scale) * 2n + divisor) / (divisor * 2n));
}
