const CURSOR = /^[0-9a-z]{1,11}$/;

/** Where the next page begins, as callers hand it back. */
export const toCursor = (before: number): string => before.toString(36);

/** @throws {RangeError} for a text that is no cursor. */
export function readBefore(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!CURSOR.test(cursor)) throw new RangeError('this is no cursor of a page');
  return Number.parseInt(cursor, 36);
}

/** Of what is in the order of a time, then of a number. */
export const toPair = ({ atMs, id }: { atMs: number; id: number }): string =>
  `${toCursor(atMs)}-${toCursor(id)}`;

/** @throws {RangeError} for a text that is no cursor. */
export function readPair(cursor: string | undefined): { atMs: number; id: number } | undefined {
  if (cursor === undefined) return undefined;
  const [atMs, id, ...others] = cursor.split('-').map(readBefore);
  if (atMs === undefined || id === undefined || others.length > 0) readBefore('-');
  return { atMs: atMs ?? 0, id: id ?? 0 };
}
