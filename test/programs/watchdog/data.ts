import { HOUR_MS } from '../../../server/operator/watchdog/hours.ts';
import type { MatchRow, SearchSeries } from '../../../server/store/search.ts';
import { SHOPS } from './shops.ts';
import { createTraffic, DESTINATIONS, type HourOfShop } from './traffic.ts';

/** A Monday. */
const BEGIN_HOUR = Date.parse('2026-06-01T00:00:00Z') / HOUR_MS;
export const MONTH_HOURS = 30 * 24;
/** What the shops had before the month began. */
export const HISTORY_HOURS = 9 * 24;
export const monthHour = (ms: number) => Math.floor(ms / HOUR_MS) - BEGIN_HOUR;
export const epochMs = (hour: number) => (BEGIN_HOUR + hour) * HOUR_MS;
const dayText = (hour: number) => new Date(epochMs(hour)).toISOString().slice(0, 10);

/** All hours of all shops, as the search would give them. */
export function createData(seed: number) {
  const shops = new Map(
    SHOPS.map((shop, nth) => [shop.id, ofShop(shop.id, createTraffic(shop, seed * 31 + nth))]),
  );
  return {
    at: (shop: string, hour: number): HourOfShop | undefined => shops.get(shop)?.hours[hour + HISTORY_HOURS],

    async series(query: {
      shop?: string;
      fromMs: number;
      toMs: number;
      stepMs: number;
    }): Promise<SearchSeries> {
      const { shop = '', fromMs, toMs, stepMs } = query;
      const [from, to] = [monthHour(fromMs) + HISTORY_HOURS, monthHour(toMs) + HISTORY_HOURS];
      const cut = (points: readonly number[] = []) => [
        ...Array<number>(Math.max(0, -from)).fill(0),
        ...points.slice(Math.max(0, from), to),
      ];
      const found = shops.get(shop);
      return {
        fromMs,
        stepMs,
        events: [...(found?.names ?? [])].map(([name, points]) => ({
          ...{ kind: 'events', shop, name },
          points: cut(points),
        })),
        deliveries: DESTINATIONS.map((name) => ({
          ...{
            kind: 'deliveries',
            shop,
            consumer: `${name}@${shop}`,
            skipped: [],
            retried: [],
            requests: [],
          },
          delivered: cut(found?.delivered.get(name)),
          dead: cut(found?.dead.get(name)),
          latencyP95Ms: [],
        })),
      };
    },

    /** @param untilMs what is known by now: of the last day a part. */
    matchQuality(shop: string, fromDay: string, untilMs: number): MatchRow[] {
      const found = shops.get(shop);
      if (!found) return [];
      const until = monthHour(untilMs);
      const today = Math.floor(until / 24) * 24;
      const days = [...found.matchDays].filter(([day]) => day >= fromDay && day < dayText(today));
      const hours = found.hours.slice(today + HISTORY_HOURS, until + HISTORY_HOURS);
      return [...days.flatMap(([, rows]) => rows), ...rowsOf(shop, dayText(today), hours)];
    },
  };

  function ofShop(shop: string, next: ReturnType<typeof createTraffic>) {
    const hours = Array.from({ length: HISTORY_HOURS + MONTH_HOURS }, (_, i) =>
      next(i - HISTORY_HOURS, BEGIN_HOUR - HISTORY_HOURS + i),
    );
    const names = [...new Set(hours.flatMap((hour) => Object.keys(hour.names)))];
    const perDestination = (read: (of: { delivered: number; dead: number }) => number) =>
      new Map(
        DESTINATIONS.map((name) => [
          name as string,
          hours.map(({ deliveries }) => read(deliveries[name] ?? { delivered: 0, dead: 0 })),
        ]),
      );
    return {
      hours,
      names: new Map(names.map((name) => [name, hours.map((hour) => hour.names[name] ?? 0)])),
      delivered: perDestination(({ delivered }) => delivered),
      dead: perDestination(({ dead }) => dead),
      matchDays: new Map(
        Array.from({ length: hours.length / 24 }, (_, nth) => {
          const day = dayText(nth * 24 - HISTORY_HOURS);
          return [day, rowsOf(shop, day, hours.slice(nth * 24, nth * 24 + 24))];
        }),
      ),
    };
  }
}

function rowsOf(shop: string, day: string, hours: readonly HourOfShop[]): MatchRow[] {
  const rows = new Map<string, MatchRow>();
  for (const { deliveries } of hours)
    for (const [destination, { match }] of Object.entries(deliveries))
      for (const [name, { count, keys }] of Object.entries(match)) {
        const consumer = `${destination}@${shop}`;
        const key = `${consumer} ${name}`;
        const row = rows.get(key) ?? { day, consumer, name, count: 0, keys: {} };
        rows.set(key, row);
        row.count += count;
        for (const [id, hits] of Object.entries(keys)) row.keys[id] = (row.keys[id] ?? 0) + hits;
      }
  return [...rows.values()];
}
