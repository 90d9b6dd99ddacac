import type { Thing } from './thing.ts';

/** The originals: a shop may replace them later. */
const { parse: fromJson, stringify } = JSON;

export { fromJson };

/**
 * JSON text. Lists, dates and plain objects are written as they are, also on a page that gave all of them a `toJSON`: that
 * of Prototype.js up to 1.6.1 returns JSON, which would become text inside the text. A `toJSON` of another class counts.
 *
 * @param maxLength longer texts and lists are left out.
 */
export const toJson = (value: unknown, maxLength = Infinity): string =>
  stringify(value, function (this: Thing, name, inner: Thing) {
    const own = this[name];
    inner = own?.toISOString
      ? // NaN for an invalid date, which becomes null.
        +own && own.toISOString()
      : own?.map || own?.toJSON === ({} as Thing).toJSON
        ? own
        : inner;
    return inner?.length > maxLength ? undefined : inner;
  });
