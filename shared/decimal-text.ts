/** Also as Ruby writes a decimal number, `0.1999e2`. */
const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?$/i;
/** `1,299.00`, `1,299,000`: a comma that both forms of writing could mean (`1,299`) is not among them. */
const COMMA_GROUPS = /^[+-]?\d{1,3}(?:,\d{3})+\.\d+$|^[+-]?\d{1,3}(?:,\d{3}){2,}$/;
/** `1.299,00`, `1.299.000` */
const POINT_GROUPS = /^[+-]?\d{1,3}(?:\.\d{3})+,\d+$|^[+-]?\d{1,3}(?:\.\d{3}){2,}$/;
/** `1 299,00`, `1'299.00`, `1 299` */
const BLANK_GROUPS = /^[+-]?\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d{1,2})?$/;
/** `19,99`: no group has one or two digits. */
const DECIMAL_COMMA = /^[+-]?\d+,\d{1,2}$/;
/** From here on a number has lost digits. */
const LIMIT = 1e15;

/**
 * The number that a text means where only one number can be meant: `19.99`, ` 19.99 `, `0.1999e2`, `1,299.00`,
 * `1.299,00`, `1 299,00`, `1'299.00`, `19,99`, also in full-width digits. Not `1,299`, which is 1299 here and 1.299 there,
 * and nothing with a currency.
 */
export function readDecimal(written: string): number | undefined {
  const value = Number(plainText(narrow(written).trim()) ?? Number.NaN);
  return Math.abs(value) < LIMIT ? value : undefined;
}

/** Not Unicode's normalization, which makes 102 of `10²`. */
const narrow = (text: string): string =>
  text
    .replace(/[\uff0b-\uff19]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u2009\u202f]/g, ' ');

function plainText(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  if (COMMA_GROUPS.test(text)) return text.replaceAll(',', '');
  if (POINT_GROUPS.test(text)) return text.replaceAll('.', '').replace(',', '.');
  if (BLANK_GROUPS.test(text)) return text.replace(/[ '’]/g, '').replace(',', '.');
  return DECIMAL_COMMA.test(text) ? text.replace(',', '.') : undefined;
}
