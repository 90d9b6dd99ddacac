import { z } from 'zod';
import type { Counters } from '../../observe/counters.ts';
import { HOUR_MS, type Hours, hourOf } from './hours.ts';

/** What is kept by hour of the counters of this process, which begin at zero with it. */
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

/** A baseline, and an incident before whose beginning it ends. */
const KEPT_HOURS = 20 * 24;
/** By shop, and there by what is counted: hour → count. */
export const KeptHours = z.record(
  z.string(),
  z.partialRecord(z.enum(COUNTED), z.record(z.string(), z.number())),
);
export type KeptHours = z.infer<typeof KeptHours>;

/** Counts by hour, made of counters that are read now and then. @param kept of an earlier process. */
export function createCountedHours(kept: KeptHours) {
  const shops = new Map(Object.entries(kept));
  let former = new Map<string, number>();

  function add(shop: string, what: Counted, hour: number, count: number): void {
    const counts = shops.get(shop) ?? {};
    shops.set(shop, counts);
    const hours = counts[what] ?? {};
    counts[what] = hours;
    hours[hour] = (hours[hour] ?? 0) + count;
  }

  return {
    /** What was counted since the last call belongs to this hour. */
    sample(rows: readonly Row[], nowMs: number): void {
      const sums = new Map<string, { shop: string; what: Counted; value: number }>();
      for (const row of rows) {
        const what = countedAs(row);
        const { shop } = row.labels;
        if (what === undefined || shop === undefined) continue;
        const key = `${what}\n${shop}`;
        sums.set(key, { shop, what, value: (sums.get(key)?.value ?? 0) + row.value });
      }
      for (const [key, { shop, what, value }] of sums) {
        const more = value - (former.get(key) ?? 0);
        if (more > 0) add(shop, what, hourOf(nowMs), more);
      }
      former = new Map([...sums].map(([key, { value }]) => [key, value]));
    },

    hours(shop: string, what: Counted, toHour: number): Hours {
      const counts = shops.get(shop)?.[what] ?? {};
      const fromHour = toHour - KEPT_HOURS;
      return { fromHour, counts: Array.from({ length: KEPT_HOURS }, (_, i) => counts[fromHour + i] ?? 0) };
    },

    /** Of the last three days, this hour included. */
    lastDays(shop: string, what: Counted, nowMs: number): number {
      const counts = shops.get(shop)?.[what] ?? {};
      const hours = Array.from({ length: 72 }, (_, i) => hourOf(nowMs - i * HOUR_MS));
      return hours.reduce((sum, hour) => sum + (counts[hour] ?? 0), 0);
    },

    /** Without the hours that are too old. @param ids the shops there are. */
    keep(ids: readonly string[], nowMs: number): KeptHours {
      const since = hourOf(nowMs) - KEPT_HOURS;
      for (const [shop, counts] of shops) {
        if (!ids.includes(shop)) shops.delete(shop);
        for (const hours of Object.values(counts))
          for (const hour of Object.keys(hours)) if (Number(hour) < since) delete hours[hour];
      }
      return Object.fromEntries(shops);
    },
  };
}

export type CountedHours = ReturnType<typeof createCountedHours>;
