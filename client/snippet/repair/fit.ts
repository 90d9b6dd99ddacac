import type { Properties } from '../api.ts';
import { normalize } from '../normalize.ts';
import { list, type Thing } from '../thing.ts';

const AMOUNT = /^(price|value|total|quantity|position)$/;
const ID = /id$|sku/;
/** The collector's limits. */
const MAX_ID = 512;
const MAX_TEXT = 8192;

/** One entity; the text is that of no element, so nothing is loaded or run. */
const decode = (entity: string) => {
  try {
    return new DOMParser().parseFromString(entity, 'text/html').documentElement.textContent as string;
  } catch {
    return entity;
  }
};

/** Undefined where the contract would refuse it. Amounts stay as they are written, but for entities. */
const fitText = (name: string, value: Thing): unknown => {
  if (typeof value === 'string') value = value.replace(/&#?\w+;/g, decode);
  if (AMOUNT.test(name)) return value;
  if (Number.isSafeInteger(value)) return `${value}`;
  const isFit =
    typeof value === 'string' &&
    value.length <= (ID.test(name) ? MAX_ID : MAX_TEXT) &&
    !/^data:/i.test(value) &&
    (name !== 'currency' || /^[a-z]{3}$/i.test(value));
  return isFit ? value : undefined;
};

/** Makes properties, in place, fit the collector's contract. */
export const fit = (properties: Thing): Properties => {
  for (const each of [properties, ...list(properties.products)])
    for (const name in each) if (name !== 'products') each[name] = fitText(name, each[name]);
  normalize(properties);
  properties.value ??= properties.total;
  return properties;
};
