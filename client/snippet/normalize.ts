import type { Properties } from './api.ts';
import type { Thing } from './thing.ts';

const AMOUNT = /^(price|value|\w*total|revenue|shipping|tax|discount|quantity|position|step)$/;

/**
 * The number in a price as shops write it: 12.5, "12.50", "NT$1,280", "1.280,00 €"; NaN, which JSON writes as null,
 * when there is none. A separator before exactly three digits separates thousands, unless the text is a plain number.
 */
export const toNumber = (value: unknown) =>
  +(value as string) || parseFloat(`${value}`.replace(/[^\d.,-]|[.,](?=\d{3}(?!\d))/g, '').replace(',', '.'));

/** Changes amounts to numbers, in place. `value` defaults to price × quantity. */
export const normalize = (properties: Thing): Properties => {
  for (const name in properties) if (AMOUNT.test(name)) properties[name] = toNumber(properties[name]);
  if (properties.price) properties.value ||= +(properties.price * (properties.quantity || 1)).toFixed(3);
  return properties;
};
