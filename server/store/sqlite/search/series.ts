import type {
  DeliverySeries,
  MatchQuery,
  MatchRow,
  Quantiles,
  SearchSeries,
  SeriesQuery,
} from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import { type FigureKind, floorTo, MINUTE_MS, STEPS } from './figures.ts';
import { quantile } from './histogram.ts';
import type { Destination, Outcomes } from './outcomes.ts';

/** One series over the steps of the answer, `0:12,3:7`: as one text it is read ten times as fast as in rows. */
interface Row {
  kind: FigureKind;
  owner: string;
  detail: string;
  points: string;
}
interface Figure extends Omit<Row, 'points'> {
  points: number[];
}
const MAX_STEPS = 3_000;
type Counted = 'delivered' | 'skipped' | 'retried' | 'dead' | 'requests';

/** Figures over time. */
export function createSeries(connection: Connection, outcomes: Outcomes) {
  const figures = prepare<Row>(
    connection,
    `SELECT s.kind, s.owner, s.detail, f.points FROM (
       SELECT series, string_agg(((at - ?2) / ?4) || ':' || value, ',') AS points FROM figures
       WHERE step = ?1 AND at >= ?2 AND at < ?3 GROUP BY series) f JOIN series s ON s.id = f.series`,
  );
  const matches = prepare<{ day: number; consumer: number; name: string; key: string; count: number }>(
    connection,
    `SELECT day, consumer, name, key, count FROM matches WHERE day BETWEEN ? AND ? ORDER BY day, consumer, name, key`,
  );

  function deliverySeries(
    all: readonly Figure[],
    steps: number,
    { id, name, shop }: Destination,
  ): DeliverySeries {
    const own = all.filter(({ owner }) => owner === `${id}`);
    const points = (kind: Counted) => own.find((one) => one.kind === kind)?.points ?? zeros(steps);
    const latency = bucketsOf(own, 'latency');
    const latencyMs = quantilesOf(latency);
    const requestMs = quantilesOf(bucketsOf(own, 'request-ms'));
    return {
      ...{ kind: 'deliveries', shop, consumer: name },
      ...{ delivered: points('delivered'), skipped: points('skipped'), retried: points('retried') },
      ...{ dead: points('dead'), requests: points('requests') },
      ...(latencyMs && { latencyMs }),
      ...(requestMs && { requestMs }),
      latencyP95Ms: Array.from({ length: steps }, (_, step) => {
        const ofStep = latency.map(({ bucket, points }) => [bucket, points[step] ?? 0] as const);
        return quantile(ofStep, 0.95) ?? null;
      }),
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
      const found = figures
        .all(kept, from, from + steps * stepMs, stepMs)
        .map((row): Figure => ({ ...row, points: readPoints(row.points, steps) }));
      return {
        ...{ fromMs: from, stepMs },
        events: found.flatMap(({ kind, owner, detail, points }) =>
          kind === 'events' && (shop === undefined || owner === shop)
            ? [{ kind, shop: owner, name: detail, points }]
            : [],
        ),
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

function readPoints(text: string, steps: number): number[] {
  const points = zeros(steps);
  for (const point of text.split(',')) {
    const colon = point.indexOf(':');
    const step = Number(point.slice(0, colon));
    points[step] = (points[step] ?? 0) + Number(point.slice(colon + 1));
  }
  return points;
}
const sumOf = (points: readonly number[]): number => points.reduce((sum, one) => sum + one, 0);

const bucketsOf = (figures: readonly Figure[], wanted: FigureKind) =>
  figures
    .filter(({ kind }) => kind === wanted)
    .map(({ detail, points }) => ({ bucket: Number(detail), points }))
    .sort((a, b) => a.bucket - b.bucket);

/** Over the whole time. */
function quantilesOf(buckets: ReturnType<typeof bucketsOf>): Quantiles | undefined {
  const counts = buckets.map(({ bucket, points }) => [bucket, sumOf(points)] as const);
  const [p50, p95] = [quantile(counts, 0.5), quantile(counts, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}
