import type { Json, JsonObject } from './protected-event.ts';

/**
 * A number, also as plain decimal text ("12.50"). One of 16 digits and more before its point is none: as a number it
 * has lost digits, and destinations refuse it.
 */
export function readNumber(value: unknown): number | undefined {
  const isDecimal = typeof value !== 'object' && DECIMAL.test(String(value).trim());
  return isDecimal ? Number(value) : undefined;
}

/** JavaScript writes 0.0000001 as `1e-7`, and what is left of 0.3 - 0.1 - 0.2 likewise. */
const DECIMAL = /^-?\d{1,15}(\.\d+)?(e-\d?\d)?$/;

/** The lines of `products`, or the one product whose fields are in the properties themselves. */
export function readProducts(properties: JsonObject): JsonObject[] {
  const { products } = properties;
  if (Array.isArray(products)) return products.filter(isJsonObject);
  const hasProduct = ['variant_id', 'sku', 'product_id', 'price'].some((key) => properties[key] != null);
  return hasProduct ? [properties] : [];
}

const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Their products were shown, not bought, so their prices have no sum. */
const LISTS: ReadonlySet<string> = new Set([
  'Products Searched',
  'Product List Viewed',
  'Product List Filtered',
]);
/** Finer than any currency. */
const DECIMALS = 4;

type SumOfProducts = (pairs: readonly (readonly [number, number])[], decimals: number) => number;

/**
 * The value of an event in major units of its currency: `total`, else `value`, else `revenue`, else the sum of
 * price × quantity of its lines (a missing quantity is 1). Absent for a list of products without a value of its own.
 * Every destination, the statistics and the TikTok mirror of pages read it here.
 *
 * @param sumOfProducts an exact sum, rounded to that many decimals.
 */
export function readValue(
  { event = '', properties }: { event?: string; properties: JsonObject },
  sumOfProducts: SumOfProducts,
): number | undefined {
  const { total, value, revenue } = properties;
  const stated = readNumber(total) ?? readNumber(value) ?? readNumber(revenue);
  return stated ?? (LISTS.has(event) ? undefined : sumOfLines(readProducts(properties), sumOfProducts));
}

/**
 * The same of a stored event. Where its `value` is null, an amount of a line could not be read, and the lines have no sum.
 * A page's mirror never sees that, and its file is small.
 */
export const readStoredValue: typeof readValue = (event, sumOfProducts) =>
  readValue(event, event.properties.value === null ? () => Number.NaN : sumOfProducts);

function sumOfLines(products: readonly JsonObject[], sumOfProducts: SumOfProducts): number | undefined {
  const lines = products.flatMap(({ price, quantity }) => {
    const each = readNumber(price);
    return each === undefined ? [] : [[each, readNumber(quantity) ?? 1] as const];
  });
  return lines.length > 0 ? readNumber(sumOfProducts(lines, DECIMALS)) : undefined;
}
