import type { MoneySet } from './payload.ts';

/** An amount as SHOPLINE says it: decimal text in major units (`"8.00"`), or a number. */
export type Said = string | number | undefined;

export interface Money {
  amount: number;
  /** ISO 4217. */
  currency?: string;
}

/** From here on JavaScript writes numbers with an exponent, and nobody pays that. */
const TOO_MUCH = 1e21;
const DECIMAL = /^\d{1,200}(?:\.\d{1,200})?$/;

/** The number an amount is, exactly as its text reads. Undefined when it is negative or no plain decimal. */
export function readAmount(said: Said): number | undefined {
  const text = decimalText(said);
  return text === undefined ? undefined : Number(text);
}

/** ISO 4217, upper case. Anything that is not three letters is absent. */
export function readCurrency(code: string | undefined): string | undefined {
  return code && /^[a-z]{3}$/i.test(code) ? code.toUpperCase() : undefined;
}

/**
 * What the merchant is paid: `shop_money` where there is one, else the plain field, which is in the shop's currency.
 *
 * @param currency of the plain field.
 */
export function readMoney(set: MoneySet | undefined, plain: Said, currency?: string): Money | undefined {
  const { amount: inSet, currency_code } = set?.shop_money ?? {};
  const amount = readAmount(inSet ?? plain);
  const code = readCurrency(inSet === undefined ? currency : (currency_code ?? currency));
  return amount === undefined ? undefined : { amount, ...(code && { currency: code }) };
}

/** Finer than any currency, and than anything an API has been seen to send. */
const DECIMALS = 10;
const ONE = 10n ** BigInt(DECIMALS);

/** The sum in whole units of 10⁻¹⁰, so that 0.1 and 0.2 make 0.3. */
export function sum(amounts: readonly number[]): number {
  const units = amounts.reduce((total, amount) => total + toUnits(amount), 0n);
  return Number(`${units / ONE}.${String(units % ONE).padStart(DECIMALS, '0')}`);
}

function toUnits(amount: number): bigint {
  const [whole = '0', fraction = ''] = (decimalText(amount) ?? '0').split('.');
  return BigInt(whole) * ONE + BigInt(fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
}

function decimalText(said: Said): string | undefined {
  const text = typeof said === 'number' ? withoutExponent(said) : said?.trim();
  return text !== undefined && DECIMAL.test(text) && Number(text) < TOO_MUCH ? text : undefined;
}

/** JavaScript writes what is very small with an exponent, too. */
const withoutExponent = (number: number) =>
  Math.abs(number) < 1e-6 ? number.toFixed(DECIMALS) : String(number);
