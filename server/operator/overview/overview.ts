import { type Overview, OverviewQuery } from '../../../shared/operator-api/index.ts';
import { HttpError } from '../../http/errors.ts';
import type { DeliverySeries } from '../../store/search.ts';
import { parse } from '../parse.ts';
import { toIso, toMs } from '../times.ts';
import { bytesIn, destinationsNow } from './now.ts';
import type { OverviewParts } from './parts.ts';
import { stepOf } from './steps.ts';

const HOUR_MS = 3_600_000;

/** Figures over a time, and what waits now. @throws {HttpError} 400, 404 */
export async function describeOverview(parts: OverviewParts, query: unknown): Promise<Overview> {
  const { places, search, clock, log, delivery } = parts;
  const asked = parse(OverviewQuery, query);
  const { shop } = asked;
  places.shopsOf(shop);
  const nowMs = clock.now();
  const until = asked.to === undefined ? nowMs : toMs(asked.to);
  const since = asked.from === undefined ? until - HOUR_MS : toMs(asked.from);
  if (since >= until)
    throw new HttpError(400, 'malformed-body', 'The request is invalid.', {
      details: ['from: expected a time before to'],
    });
  const stepMs = stepOf(since, until, asked.step && asked.step * 1_000, nowMs);
  const range = { fromMs: since, toMs: until, stepMs };
  const [series, now, { seq, lag }] = await Promise.all([
    search.series({ ...range, ...(shop !== undefined && { shop }) }),
    destinationsNow(delivery.workers, log, shop),
    search.indexedUntil(),
  ]);
  const points = Math.max(series.events[0]?.points.length ?? 0, series.deliveries[0]?.delivered.length ?? 0);
  return {
    from: toIso(since),
    to: toIso(until),
    stepMs: series.stepMs,
    times: Array.from({ length: points }, (_, index) => toIso(series.fromMs + index * series.stepMs)),
    events: sumByName(series.events),
    destinations: now.map(({ consumer, ...place }) => ({
      ...place,
      ...figuresOf(
        series.deliveries.find((one) => one.consumer === consumer),
        points,
      ),
    })),
    ...(await storageOf(parts)),
    reports: await reportsOf(parts, shop),
    indexedUntil: { seq, lag },
  };
}

/** The same name of several shops is one line. */
function sumByName(series: readonly { name: string; points: readonly number[] }[]): Overview['events'] {
  const byName = Map.groupBy(series, ({ name }) => name);
  return [...byName].map(([name, some]) => ({
    name,
    counts: (some[0]?.points ?? []).map((_, index) =>
      some.reduce((sum, { points }) => sum + (points[index] ?? 0), 0),
    ),
  }));
}

function figuresOf(series: DeliverySeries | undefined, points: number) {
  const none = Array.from({ length: points }, () => 0);
  const { delivered = none, skipped = none, retried = none, dead = none, requests = none } = series ?? {};
  return {
    ...{ delivered, skipped, retried, dead, requests },
    ...(series?.latencyMs && { latencyMs: series.latencyMs }),
    ...(series?.requestMs && { requestMs: series.requestMs }),
    latencyP95Ms: series?.latencyP95Ms ?? none.map(() => null),
  };
}

async function storageOf({ log, config }: OverviewParts): Promise<Pick<Overview, 'storage'>> {
  try {
    const { synchronous, gaps, bytes = await bytesIn(config.dataDir) } = await log.check();
    return { storage: { synchronous, gaps: gaps.length, ...(bytes !== undefined && { bytes }) } };
  } catch {
    // A store that cannot be written to is shown as such.
    return {};
  }
}

async function reportsOf(
  { places, state }: OverviewParts,
  shop: string | undefined,
): Promise<Overview['reports']> {
  if (!state) return [];
  const reports = await Promise.all(
    places.shopsOf(shop).map(async ({ id }) =>
      (await state.synced(id)).map(({ target, at, error }) => ({
        ...{ shop: id, target, at },
        ...(error !== undefined && { words: error }),
      })),
    ),
  );
  return reports.flat();
}
