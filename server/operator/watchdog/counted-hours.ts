import type { Counters } from '../../observe/counters.ts';
import type { HourlyCount, HourlyCounts } from '../../store/hourly-counts.ts';
import { HOUR_MS, type Hours, hourOf } from './hours.ts';

/** What is kept by hour of the counters of every collector, which begin at zero with it. */
export const COUNTED = ['accepted', 'rejected', 'coerced', 'unconfirmed', 'provisional'] as const;
export type Counted = (typeof COUNTED)[number];

type Row = ReturnType<Counters['snapshot']>[number];

/** Which counter is which; undefined: it is not kept. */
function countedAs({ name, labels }: Row): Counted | undefined {
  if (name === 'messages_accepted') return 'accepted';
  if (name === 'messages_rejected') return 'rejected';
  if (name === 'fields_coerced' || name === 'fields_dropped') return 'coerced';
  if (name === 'orders_provisional') return 'provisional';
  return name === 'evidence_closed' && labels.outcome === 'unconfirmed-order' ? 'unconfirmed' : undefined;
}

/**
 * Keeps what this process counts. To be called every minute: what was counted since the last call belongs to this hour, and
 * what could not be stored is stored with the next.
 */
export function createCountKeeper(
  log: Pick<HourlyCounts, 'addCounts'>,
  counters: Pick<Counters, 'snapshot'>,
): (nowMs: number) => Promise<void> {
  let stored = new Map<string, number>();
  return async (nowMs) => {
    const sums = new Map<string, HourlyCount>();
    for (const row of counters.snapshot()) {
      const what = countedAs(row);
      const { shop } = row.labels;
      if (what === undefined || shop === undefined) continue;
      const key = `${what}\n${shop}`;
      const count = (sums.get(key)?.count ?? 0) + row.value;
      sums.set(key, { shop, what, hour: hourOf(nowMs), count });
    }
    const more = [...sums].map(([key, sum]) => ({ ...sum, count: sum.count - (stored.get(key) ?? 0) }));
    await log.addCounts(more.filter(({ count }) => count > 0));
    stored = new Map([...sums].map(([key, { count }]) => [key, count]));
  };
}

/** A baseline, and an incident before whose beginning it ends. */
const KEPT_HOURS = 20 * 24;
const THREE_DAYS = 72;

/** What all collectors counted until before an hour. */
export async function readCounted(
  log: Pick<HourlyCounts, 'counts'>,
  toHour: number,
): Promise<(shop: string, what: Counted) => Hours> {
  const fromHour = toHour - KEPT_HOURS;
  const found = new Map<string, number[]>();
  for (const { shop, what, hour, count } of await log.counts(COUNTED, fromHour)) {
    const counts = found.get(`${what}\n${shop}`) ?? Array<number>(KEPT_HOURS).fill(0);
    found.set(`${what}\n${shop}`, counts);
    if (hour < toHour) counts[hour - fromHour] = count;
  }
  return (shop, what) => ({ fromHour, counts: found.get(`${what}\n${shop}`) ?? [] });
}

/** By shop: orders of pages that were sent in the last three days though the shop system never reported one. */
export async function readProvisional(
  log: Pick<HourlyCounts, 'counts'>,
  nowMs: number,
): Promise<Map<string, number>> {
  const rows = await log.counts(['provisional'], hourOf(nowMs - (THREE_DAYS - 1) * HOUR_MS));
  const byShop = Map.groupBy(rows, ({ shop }) => shop);
  return new Map([...byShop].map(([shop, some]) => [shop, some.reduce((sum, { count }) => sum + count, 0)]));
}
