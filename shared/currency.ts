export const CURRENCY_CODE = /^[A-Za-z]{3}$/;
/** What people write in place of ISO 4217; ad platforms refuse the whole event. */
const UNOFFICIAL: Readonly<Record<string, string>> = { NTD: 'TWD', RMB: 'CNY' };

/** ISO 4217, in upper case. Undefined for anything that is not three letters. */
export function readCurrencyCode(text: string | undefined): string | undefined {
  if (text === undefined || !CURRENCY_CODE.test(text)) return undefined;
  const code = text.toUpperCase();
  return UNOFFICIAL[code] ?? code;
}
