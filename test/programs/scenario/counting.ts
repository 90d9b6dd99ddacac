import type { Credit, Order } from './credit.ts';
import type { Message, Reading } from './reading.ts';

/** What was read, and the credit of each order, cart and checkout. */
export interface Counted extends Pick<Reading, 'landings' | 'messages' | 'costs'> {
  orders: CreditedOrder[];
  /** By buyer. */
  firstOrders: ReadonlyMap<string, CreditedOrder>;
  actions: (Reading['actions'][number] & { credit: Credit })[];
}
export type CreditedOrder = Order & { credit: Credit };

const METRICS =
  /^(attempted|sent|delivered|(machine-)?opened|(machine-)?clicked|bounced|failed|unsubscribed|spammed)$/;
export const isCounted = ({ metric }: Message) => METRICS.test(metric);
/** The number of distinct messages with this metric. */
export const messageCounts = (messages: readonly Message[]) => (metric: string) =>
  distinct(messages.filter((message) => message.metric === metric).map(({ id }) => id)).length;
export const netOf = (order: Order) => Math.max(0, order.amountHundredths - order.refundedHundredths);
export const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
export const distinct = (values: readonly (string | undefined)[]) => [
  ...new Set(values.filter((value) => value !== undefined)),
];
export const newest = (things: readonly { atMs: number }[]) =>
  things.length > 0 ? Math.max(...things.map(({ atMs }) => atMs)) : undefined;
export const shareOf = (part: number, whole: number) => (whole > 0 ? Math.min(1, part / whole) : 0);
export const percent = (part: number, whole: number) =>
  String(Math.round(shareOf(part, whole) * 10_000) / 100);

/** Sums by name; largest first, then by name. */
export function ranked(pairs: (readonly (string | number)[])[]): [string, number][] {
  const totals = new Map<string, number>();
  for (const [name, many] of pairs) totals.set(String(name), (totals.get(String(name)) ?? 0) + Number(many));
  return [...totals].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
}
