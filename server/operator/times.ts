import type { OutcomeFilter } from '../../shared/operator-api/index.ts';

/** Epoch ms as operators read it. */
export const toIso = (ms: number): string => new Date(ms).toISOString();

/** A time of a query. */
export const toMs = (text: string): number => Date.parse(text);

/** `fromMs` and `toMs` of a query, where it names them. */
export const rangeOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => ({
  ...(from !== undefined && { fromMs: toMs(from) }),
  ...(to !== undefined && { toMs: toMs(to) }),
});

/** The same of when something was settled. */
export const settledRangeOf = ({
  settledFrom,
  settledTo,
}: Pick<OutcomeFilter, 'settledFrom' | 'settledTo'>) => ({
  ...(settledFrom !== undefined && { settledFromMs: toMs(settledFrom) }),
  ...(settledTo !== undefined && { settledToMs: toMs(settledTo) }),
});

/** The object without the fields that are undefined. */
export const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
