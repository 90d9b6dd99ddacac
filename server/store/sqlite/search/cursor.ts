const CURSOR = /^[0-9a-z]{1,11}$/;

/** Where the next page begins, as callers hand it back. */
export const toCursor = (before: number): string => before.toString(36);

/** @throws {RangeError} for a text that is no cursor. */
export function readBefore(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!CURSOR.test(cursor)) throw new RangeError('this is no cursor of a page');
  return Number.parseInt(cursor, 36);
}
