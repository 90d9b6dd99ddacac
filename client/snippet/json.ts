import type { Thing } from './thing.ts';

/** The originals: a shop may replace them later. */
const { parse: fromJson, stringify } = JSON;

export { fromJson };

/** JSON text. @param maxLength longer texts and lists are left out. */
export const toJson = (value: unknown, maxLength = Infinity): string =>
  stringify(value, (_name, inner: Thing) => (inner?.length > maxLength ? undefined : inner));
