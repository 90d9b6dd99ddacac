/** Zeros of the digits in which prices are written; the other nine follow each. */
const ZEROS = '٠۰०০༠၀';
/** A price is shorter, with its currency's name. */
const MAX_CHARACTERS = 64;

/** Shares and savings, surcharges and telephone numbers, raised digits, `$.99`; then `99c`, `99p`, `10k`, and `10-`. */
const NO_AMOUNT = /[%٪折¢万²³¹⁰-₉]|^\s*\+|off\b|^\d+-\d+$|(^|[ $€£])[.,]\d|\d[bckmp-](?!\S)/i;
/** `$10 – $20`, `10–20 €`, but not `Was $20 – now $10`. */
const RANGE = /^(\D*?(\D*)\d[\d.,' ]*\D*?) *(?:[-–—~〜]|to|bis|à) *(\2\d[\d.,' ]*)\D*$/;
/**
 * One number: groups of three digits, in India of two before the last three, then decimals after another sign. Cape Verde
 * writes `1 299$50`.
 */
const AMOUNT = /^(\D*)(?!0\d)([1-9]\d{0,2}(?:([.,'’٬ ])(?:\d\d\d?\3)*\d{3})?|\d{1,15})(?:[.,٫$€](\d+))?\D*$/;
/** What stands before a negative amount. Accountants put it in brackets. */
const MINUS = /^\W*([-–−]|\([^)]*$)|[-–−]$/;

/** Amounts in these have three decimals; in those none. */
const THREE = /BHD|JOD|KWD|LYD|OMR|TND/;
const NONE = /CLP|COP|IDR|ISK|JPY|KRW|PYG|VND|X[AOP]F/;

/**
 * The amount that a shop writes, in any language: `Rs. 1,299.00`, `₹1,29,999.00`, `1'299,00 €`, `١٢٩٫٥٠`. Of a range, the lower
 * end. Undefined when there is none, or it is not sure which is meant. A number is itself.
 *
 * @param currency ISO 4217. It decides whether the last digits of `1.299` are decimals; where it does not, they are if nothing
 *   else is written.
 */
export const readAmount = (value: unknown, currency?: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  let text = `${value}`;
  if (text[MAX_CHARACTERS] || NO_AMOUNT.test(text)) return undefined;
  text = text
    .normalize('NFKC')
    .replace(/[٠-၉]/g, (sign) => {
      const code = sign.charCodeAt(0);
      const zero = [...ZEROS].map((one) => one.charCodeAt(0)).find((one) => one <= code && code < one + 10);
      return zero ? `${code - zero}` : sign;
    })
    .trim();
  const [, from, , to] = RANGE.exec(text) || [];
  if (from) {
    const lower = readAmount(from, currency) as number;
    return lower < (readAmount(to, currency) as number) ? lower : undefined;
  }
  if (THREE.test(currency + text) || (Number(text) && !NONE.test(currency as string)))
    text = text.replace(/[.,](?=\d{3}(?!.*\d))/, '٫');
  const [, before = '', whole, , decimals = '0'] = AMOUNT.exec(text) || [];
  return whole
    ? Number(`${MINUS.test(before) ? '-' : ''}${whole.replace(/\D/g, '')}.${decimals}`)
    : undefined;
};
