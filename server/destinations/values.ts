import type { Json, JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { sumOfProducts } from '../lib/decimal.ts';

/** Trimmed text, or a number as text. Blank text and every other type is absent. */
export function readText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** A finite number, also from plain decimal text ("12.50"). */
export function readNumber(value: unknown): number | undefined {
  const isDecimal = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim());
  const number = isDecimal ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** ISO 4217, upper-case. Anything that is not three letters is absent. */
export function readCurrency(properties: JsonObject): string | undefined {
  const currency = readText(properties.currency);
  return currency && /^[A-Za-z]{3}$/.test(currency) ? currency.toUpperCase() : undefined;
}

/** The lines of `products`, or the one product whose fields are in the properties themselves. */
export function readProducts(properties: JsonObject): JsonObject[] {
  const { products } = properties;
  if (Array.isArray(products)) return products.filter(isJsonObject);
  const hasProduct = ['sku', 'product_id', 'price'].some((key) => properties[key] != null);
  return hasProduct ? [properties] : [];
}

const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Their products were shown, not bought, so their prices have no sum. */
const LISTS = new Set(['Products Searched', 'Product List Viewed', 'Product List Filtered']);

/**
 * The value of an event in major units of its currency: `value`, else `revenue`, else `total`, else the sum of
 * price × quantity (a missing quantity is 1). Absent for a list of products without a value of its own.
 */
export function readValue(event: ProtectedEvent): number | undefined {
  const { properties } = event;
  const stated =
    readNumber(properties.value) ?? readNumber(properties.revenue) ?? readNumber(properties.total);
  return stated ?? (event.event && LISTS.has(event.event) ? undefined : sumOfLines(readProducts(properties)));
}

/** Finer than any currency. */
const DECIMALS = 4;

function sumOfLines(products: JsonObject[]): number | undefined {
  const lines = products.flatMap(({ price, quantity }) => {
    const each = readNumber(price);
    return each === undefined ? [] : [[each, readNumber(quantity) ?? 1] as const];
  });
  const total = sumOfProducts(lines, DECIMALS);
  return lines.length > 0 && Number.isFinite(total) ? total : undefined;
}

/**
 * Epoch ms of an ISO timestamp. Absent before 2001-09-09, when it would have fewer than 13 digits (10 in seconds):
 * the bound lets a payload schema tell seconds from milliseconds.
 */
export function toEpochMs(timestamp: string): number | undefined {
  const ms = Date.parse(timestamp);
  return ms >= 1e12 && ms < 1e13 ? ms : undefined;
}

/**
 * The object without its undefined fields; undefined when none is left. Called several times per event, so it builds no
 * intermediate lists.
 */
export function compact<T extends object>(fields: T): T | undefined {
  let known: Partial<T> | undefined;
  for (const name in fields) {
    if (fields[name] === undefined) continue;
    known ??= {};
    known[name] = fields[name];
  }
  return known as T | undefined;
}
