import { Counter, type Registry } from 'prom-client';
import type { Counters } from './counters.ts';
import { COUNTERS, type CounterName, type LabelSpec } from './names.ts';

/** One destination of one shop. */
export interface Place {
  shop: string;
  destination: string;
}

type Labels = Record<string, string>;

/** Registers a metric for each counter. Returns a function that updates them. */
export function registerCounters(
  registry: Registry,
  counters: Counters,
  places: readonly Place[],
): () => void {
  const metrics = (Object.keys(COUNTERS) as CounterName[]).map((name) => {
    const { help, labels } = COUNTERS[name];
    const metric = new Counter({
      name: `storebeacon_${name}_total`,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
    });
    return { name, metric, zeros: possibleSeries(labels, places) };
  });
  return () => {
    const rows = Map.groupBy(counters.snapshot(), ({ name }) => name);
    for (const { name, metric, zeros } of metrics) {
      metric.reset();
      for (const labels of zeros) metric.inc(labels, 0);
      for (const { labels, value } of rows.get(name) ?? []) metric.inc(labels, value);
    }
  };
}

/**
 * Every possible series, so that each is present at 0 from the start: a rate misses the first event of a series that
 * appears with it. Empty where a label has values that are not listed.
 *
 * @see https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
 */
function possibleSeries(spec: LabelSpec, places: readonly Place[]): Labels[] {
  const { shop, destination, ...others } = spec;
  let found: Labels[] = [{}];
  if (destination) found = places.map((place) => ({ shop: place.shop, destination: place.destination }));
  else if (shop) found = [...new Set(places.map((place) => place.shop))].map((id) => ({ shop: id }));
  for (const [label, values] of Object.entries(others)) {
    if (typeof values === 'string') return [];
    found = found.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
  }
  return found;
}
