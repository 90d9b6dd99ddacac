import { readCurrencyCode } from '../../../../shared/currency.ts';
import type { MoneySet } from './payload.ts';

/** An amount as SHOPLINE says it: decimal text in major units (`"8.00"`), or a number. */
export type Said = string | number | undefined;

export interface Money {
  amount: number;
  /** ISO 4217. */
  currency?: string;
}

/** JavaScript writes larger numbers with an exponent; no order costs that much. */
const LIMIT = 1e21;
const DECIMAL = /^\d{1,200}(?:\.\d{1,200})?$/;

/** The number that an amount's text spells. Undefined when it is negative or no plain decimal. */
export function readAmount(said: Said): number | undefined {
  const isNumber = typeof said === 'number' || (said !== undefined && DECIMAL.test(said.trim()));
  const amount = isNumber ? Math.abs(Number(said)) : Number.NaN;
  return Number(said) >= 0 && amount < LIMIT ? amount : undefined;
}

/** True for an amount that is stated and cannot be read. */
export const isUnreadable = (said: Said): boolean =>
  said !== undefined && `${said}`.trim() !== '' && readAmount(said) === undefined;

/**
 * What the merchant is paid: `shop_money` where there is one, else the plain field, which is in the shop's currency.
 *
 * @param currency of the plain field.
 */
export function readMoney(set: MoneySet | undefined, plain: Said, currency?: string): Money | undefined {
  const { amount: inSet, currency_code } = set?.shop_money ?? {};
  const amount = readAmount(inSet ?? plain);
  const code = readCurrencyCode(inSet === undefined ? currency : (currency_code ?? currency));
  return amount === undefined ? undefined : { amount, ...(code && { currency: code }) };
}
