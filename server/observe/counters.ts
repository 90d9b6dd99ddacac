import { Histogram } from 'prom-client';
import {
  BUCKETS,
  COUNTERS,
  type CounterLabels,
  type CounterName,
  TIMERS,
  type TimerLabels,
  type TimerName,
} from './names.ts';
import { createSeries } from './series.ts';

/** Counters and timers of the process; `names.ts` lists them. Cheap enough for every event. */
export interface Counters {
  count<Name extends CounterName>(name: Name, labels: CounterLabels<Name>, by?: number): void;
  time<Name extends TimerName>(name: Name, seconds: number, labels: TimerLabels<Name>): void;
  /** All counters above zero, for the status page and for tests. */
  snapshot(): { name: CounterName; labels: Record<string, string>; value: number }[];
  /** The timers; the caller adds them to a registry. */
  histograms: readonly Histogram[];
}

interface Row {
  name: CounterName;
  labels: Record<string, string>;
  value: number;
}

export function createCounters(): Counters {
  const rows: Row[] = [];
  const addRow = (name: CounterName, labels: Record<string, string>): Row => {
    const row = { name, labels, value: 0 };
    rows.push(row);
    return row;
  };
  const counted = mapValues(COUNTERS, ({ labels }, name) =>
    createSeries(Object.keys(labels), (values) => addRow(name, values)),
  );
  const histograms = mapValues(TIMERS, createHistogram);
  const timed = mapValues(TIMERS, ({ labels }, name) =>
    createSeries(Object.keys(labels), (values) => histograms[name].labels(values)),
  );
  return {
    count(name, labels, by = 1) {
      if (by !== 0) counted[name](labels).value += by;
    },
    time: (name, seconds, labels) => timed[name](labels).observe(seconds),
    snapshot: () => rows.map((row) => ({ ...row, labels: { ...row.labels } })),
    histograms: Object.values(histograms),
  };
}

const createHistogram = ({ help, labels }: (typeof TIMERS)[TimerName], name: TimerName) =>
  new Histogram({
    name: `storebeacon_${name}_duration_seconds`,
    help,
    labelNames: Object.keys(labels),
    buckets: [...BUCKETS],
    registers: [],
  });

function mapValues<Key extends string, Value, Result>(
  table: Readonly<Record<Key, Value>>,
  map: (value: Value, key: Key) => Result,
): Record<Key, Result> {
  const entries = Object.entries(table) as [Key, Value][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as Record<Key, Result>;
}
