import { createInsertRows } from '../insert-rows.ts';
import type { Connection } from '../prepare.ts';
import type { Names } from './names.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const MINUTES_MS = 5 * MINUTE_MS;
/** How long figures stay, by their step: a day is read by five minutes, a month by hours. */
export const FIGURES_KEPT_MS: Readonly<Record<number, number>> = {
  [MINUTE_MS]: 2 * DAY_MS,
  [MINUTES_MS]: 8 * DAY_MS,
  [HOUR_MS]: 35 * DAY_MS,
};
/** Of days. */
export const MATCHES_KEPT_MS = 36 * DAY_MS;
export const STEPS: readonly number[] = Object.keys(FIGURES_KEPT_MS).map(Number);

/** `events` of a shop, by name; the others of a consumer: `latency` and `request-ms` by bucket. */
export type FigureKind =
  | 'events'
  | 'delivered'
  | 'skipped'
  | 'retried'
  | 'dead'
  | 'requests'
  | 'latency'
  | 'request-ms';

export const floorTo = (step: number, ms: number): number => Math.floor(ms / step) * step;

/** Collects what one chunk adds to figures, and writes it with the chunk: most of it falls into the same few minutes. */
export interface Figures {
  add(kind: FigureKind, owner: string, detail: string, atMs: number, count?: number): void;
  match(dayMs: number, consumer: number, name: string, key: string, count: number): void;
  write(): void;
  /** After a rollback. */
  forget(): void;
}

export function createFigures(connection: Connection, names: Names): Figures {
  const addFigures = createInsertRows(
    connection,
    'figures (step, at, series, value)',
    'ON CONFLICT (step, at, series) DO UPDATE SET value = figures.value + excluded.value',
  );
  const addMatches = createInsertRows(
    connection,
    'matches (day, consumer, name, key, count)',
    'ON CONFLICT (day, consumer, name, key) DO UPDATE SET count = matches.count + excluded.count',
  );
  /** By minute, then by series. */
  const minutes = new Map<number, Map<number, number>>();
  const addTo = (into: Map<number, Map<number, number>>, at: number, series: number, count: number) => {
    const found = into.get(at) ?? new Map<number, number>();
    found.set(series, (found.get(series) ?? 0) + count);
    into.set(at, found);
  };
  const matches = new Map<
    string,
    [day: number, consumer: number, name: string, key: string, count: number]
  >();
  return {
    add: (kind, owner, detail, atMs, count = 1) =>
      addTo(minutes, floorTo(MINUTE_MS, atMs), names.series(kind, owner, detail), count),
    match(dayMs, consumer, name, key, count) {
      const id = `${dayMs}\n${consumer}\n${name}\n${key}`;
      matches.set(id, [dayMs, consumer, name, key, count + (matches.get(id)?.[4] ?? 0)]);
    },
    write() {
      addFigures(
        STEPS.flatMap((step) => {
          const sums = new Map<number, Map<number, number>>();
          for (const [at, counts] of minutes)
            for (const [series, count] of counts) addTo(sums, floorTo(step, at), series, count);
          return [...sums].flatMap(([at, counts]) =>
            [...counts].map(([series, count]) => [step, at, series, count]),
          );
        }),
      );
      addMatches([...matches.values()]);
      forget();
    },
    forget,
  };

  function forget(): void {
    minutes.clear();
    matches.clear();
  }
}
