import type { Properties } from './api.ts';

const AMOUNT = /^(price|value|\w*total|revenue|shipping|tax|discount|quantity|position|step)$/;

/**
 * The number in a price as shops write it: 12.5, "12.50", "NT$1,280", "1.280,00 €"; NaN, which JSON writes as null,
 * when there is none. A separator before exactly three digits separates thousands, unless the text is a plain number.
 */
export const toNumber = (value: unknown) =>
  +(value as string) || parseFloat(`${value}`.replace(/[^\d.,-]|[.,](?=\d{3}(?!\d))/g, '').replace(',', '.'));

/** Properties with amounts as numbers. `value` defaults to price × quantity. */
export const normalize = (found: Properties): Properties => {
  const properties: Properties = {};
  for (const name in found) properties[name] = AMOUNT.test(name) ? toNumber(found[name]) : found[name];
  const { price, quantity, value } = properties as Record<string, number | undefined>;
  if (price && !value) properties.value = +(price * (quantity || 1)).toFixed(3);
  return properties;
};
