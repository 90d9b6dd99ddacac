/** Epoch ms as operators read it. */
export const toIso = (ms: number): string => new Date(ms).toISOString();

/** A time of a query. */
export const toMs = (text: string): number => Date.parse(text);

/** `fromMs` and `toMs` of a query, where it names them. */
export const rangeOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => ({
  ...(from !== undefined && { fromMs: toMs(from) }),
  ...(to !== undefined && { toMs: toMs(to) }),
});

/** The object without the fields that are undefined. */
export const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
