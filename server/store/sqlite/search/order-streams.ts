import type { FoundOrder } from '../../search.ts';

/** A place in the list of orders, by which each has one of its own. */
export interface OrderPlace {
  atMs: number;
  /** Twice the number of an order; of what only pages reported one more. */
  rank: number;
}
/** One order of the list. `describe`: undefined where it left the store since. */
export interface Listed extends OrderPlace {
  describe(isLate: boolean): FoundOrder | undefined;
}
/** Reads on below a place, at most `max` orders, and none placed before `fromMs`. The latest first. */
export type OrderStream = (before: OrderPlace, fromMs: number, max: number) => Listed[];

/** For sorting: the latest first. */
export const latestFirst = (a: OrderPlace, b: OrderPlace): number => b.atMs - a.atMs || b.rank - a.rank;

/** Several streams as one. `readTo`: where to go on; absent at the end. */
export function readStreams(
  streams: readonly OrderStream[],
  before: OrderPlace,
  fromMs: number,
  max: number,
): { orders: Listed[]; readTo?: OrderPlace } {
  const parts = streams.map((stream) => stream(before, fromMs, max));
  const orders = parts.flat().sort(latestFirst);
  // Of a stream that has more, nothing is known below its last order.
  const [readTo] = parts
    .filter((part) => part.length === max)
    .flatMap((part) => part.at(-1) ?? [])
    .sort(latestFirst);
  if (!readTo) return { orders };
  return {
    orders: orders.filter((one) => latestFirst(one, readTo) <= 0),
    readTo,
  };
}

/** A stream of these orders alone, each once. */
export function streamOf(orders: readonly Listed[]): OrderStream {
  const all = [...new Map(orders.map((one) => [one.rank, one])).values()].sort(latestFirst);
  return (before, fromMs, max) =>
    all.filter((one) => latestFirst(before, one) < 0 && one.atMs >= fromMs).slice(0, max);
}
