import { readAmount } from './amount.ts';
import type { Properties } from './api.ts';
import { list, type Thing } from './thing.ts';

/** The properties that are amounts or other numbers. */
const AMOUNT = /^(price|value|\w*total|revenue|shipping|tax|discount|quantity|position|step)$/;

/** The number in a value; undefined where there is none, or it is not sure which. `currency`: ISO 4217, if it is known. */
type ReadAmount = (value: unknown, currency?: unknown) => number | undefined;

/** Of a source that writes numbers as computers do: 12.5, "12.50", "1,280.50". */
const readPlain: ReadAmount = (value) =>
  /^-?\d+(,\d{3})*(\.\d+)?$/.test(value as string) ? +`${value}`.replace(/,/g, '') : undefined;

const normalizeBy = (read: ReadAmount) =>
  function normalize(properties: Thing, around?: unknown): Properties {
    const { currency = around } = properties;
    for (const name in properties) if (AMOUNT.test(name)) properties[name] = read(properties[name], currency);
    const { price, quantity = 1 } = properties;
    if (price) properties.value ??= +(price * quantity).toFixed(3);
    for (const product of list(properties.products))
      if (product === Object(product)) normalize(product, currency);
    return properties;
  };

/**
 * Changes amounts to numbers, in place, also those of `products`: whatever a shop writes, see `readAmount`. An unreadable one
 * becomes undefined and is not sent. `value` defaults to price × quantity. `around`: a currency, where there is none.
 */
export const normalize = /*@__PURE__*/ normalizeBy(readAmount);

/** The same where amounts are numbers or plain text. */
export const normalizePlain = /*@__PURE__*/ normalizeBy(readPlain);
