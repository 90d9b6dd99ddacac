import type { DatabaseSync } from 'node:sqlite';
import type {
  DeliverySeries,
  EventSeries,
  MatchQuery,
  MatchRow,
  Quantiles,
  SearchSeries,
  SeriesQuery,
} from '../../search.ts';
import { prepare } from '../database.ts';
import { type FigureKind, floorTo, MINUTE_MS, STEPS } from './figures.ts';
import { quantile } from './histogram.ts';
import type { Destination, Outcomes } from './outcomes.ts';

/** The sum of one series in one step of the answer. */
interface Sum {
  kind: FigureKind;
  owner: string;
  detail: string;
  step: number;
  sum: number;
}
const MAX_STEPS = 3_000;
type Counted = 'delivered' | 'skipped' | 'retried' | 'dead' | 'requests';

/** Figures over time. */
export function createSeries(connection: DatabaseSync, outcomes: Outcomes) {
  const sums = prepare<Sum>(
    connection,
    `SELECT s.kind, s.owner, s.detail, f.step, f.sum FROM (
       SELECT series, (at - ?2) / ?4 AS step, sum(value) AS sum FROM figures
       WHERE step = ?1 AND at >= ?2 AND at < ?3 GROUP BY 1, 2) f JOIN series s ON s.id = f.series`,
  );
  const matches = prepare<{ day: number; consumer: number; name: string; key: string; count: number }>(
    connection,
    `SELECT day, consumer, name, key, count FROM matches WHERE day BETWEEN ? AND ? ORDER BY day, consumer, name, key`,
  );

  function eventSeries(found: readonly Sum[], steps: number, shop: string | undefined): EventSeries[] {
    const series = new Map<string, EventSeries>();
    for (const { kind, owner, detail, step, sum } of found) {
      if (kind !== 'events' || (shop !== undefined && owner !== shop)) continue;
      const key = `${owner}\0${detail}`;
      const one = series.get(key) ?? { kind, shop: owner, name: detail, points: zeros(steps) };
      one.points[step] = sum;
      series.set(key, one);
    }
    return [...series.values()];
  }

  function deliverySeries(
    found: readonly Sum[],
    steps: number,
    { id, name, shop }: Destination,
  ): DeliverySeries {
    const own = found.filter(({ owner }) => owner === `${id}`);
    const points = (kind: Counted) => {
      const all = zeros(steps);
      for (const one of own) if (one.kind === kind) all[one.step] = one.sum;
      return all;
    };
    const latency = own.filter(({ kind }) => kind === 'latency');
    const latencyMs = quantilesOf(latency);
    const requestMs = quantilesOf(own.filter(({ kind }) => kind === 'request-ms'));
    const byStep = Map.groupBy(latency, ({ step }) => step);
    return {
      ...{ kind: 'deliveries', shop, consumer: name },
      ...{ delivered: points('delivered'), skipped: points('skipped'), retried: points('retried') },
      ...{ dead: points('dead'), requests: points('requests') },
      ...(latencyMs && { latencyMs }),
      ...(requestMs && { requestMs }),
      latencyP95Ms: Array.from(
        { length: steps },
        (_, step) => quantilesOf(byStep.get(step) ?? [])?.p95 ?? null,
      ),
    };
  }

  return {
    /** @throws {RangeError} for steps that are no whole minutes, and for more than 3,000 of them. */
    series({ shop, fromMs, toMs, stepMs }: SeriesQuery): SearchSeries {
      if (stepMs < MINUTE_MS || stepMs % MINUTE_MS !== 0)
        throw new RangeError('stepMs must be whole minutes');
      const from = floorTo(stepMs, fromMs);
      const steps = Math.max(0, Math.ceil((toMs - from) / stepMs));
      if (steps > MAX_STEPS) throw new RangeError(`more than ${MAX_STEPS} steps`);
      const kept = Math.max(...STEPS.filter((step) => stepMs % step === 0));
      const found = sums.all(kept, from, from + steps * stepMs, stepMs);
      return {
        ...{ fromMs: from, stepMs },
        events: eventSeries(found, steps, shop),
        deliveries: outcomes.destinations(shop).map((one) => deliverySeries(found, steps, one)),
      };
    },

    matchQuality({ shop, fromDay, toDay }: MatchQuery): MatchRow[] {
      const destinations = new Map(outcomes.destinations(shop).map(({ id, name }) => [id, name]));
      const rows = new Map<string, MatchRow>();
      for (const { day, consumer, name, key, count } of matches.all(Date.parse(fromDay), Date.parse(toDay))) {
        const destination = destinations.get(consumer);
        if (destination === undefined) continue;
        const place = `${day}\0${consumer}\0${name}`;
        const days = { day: new Date(day).toISOString().slice(0, 10), consumer: destination };
        const row = rows.get(place) ?? { ...days, name, count: 0, keys: {} };
        if (key === '') row.count = count;
        else row.keys[key] = count;
        rows.set(place, row);
      }
      return [...rows.values()];
    },
  };
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

function quantilesOf(buckets: readonly Sum[]): Quantiles | undefined {
  const counts = new Map<number, number>();
  for (const { detail, sum } of buckets) counts.set(Number(detail), (counts.get(Number(detail)) ?? 0) + sum);
  const [p50, p95] = [quantile(counts, 0.5), quantile(counts, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}
