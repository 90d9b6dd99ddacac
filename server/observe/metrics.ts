import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Place, registerCounters } from './counted.ts';
import type { Counters } from './counters.ts';

const MODES = ['off', 'normal', 'full', 'extra'] as const;
const BREAKER_STATES = ['closed', 'open', 'paused'] as const;

/** One destination of one shop. */
export interface Watched extends Place {
  /** Its name in the store. */
  consumer: string;
  state(): Promise<{ breaker: (typeof BREAKER_STATES)[number] }>;
}

type Values = number | readonly { labels: Record<string, string>; value: number }[];

/** A value that is read at every scrape. Its name is prefixed with `storebeacon_` and ends in its unit. */
export interface Reading {
  name: string;
  help: string;
  labels?: readonly string[];
  /** With labels: a value for each combination there is. */
  read: () => Values | Promise<Values>;
}

export interface MetricsParts {
  counters: Counters;
  log: {
    check(): Promise<{ synchronous: (typeof MODES)[number] }>;
    depth(consumer: string): Promise<{ waiting: number; deadLetters: number; oldestAgeMs: number }>;
  };
  clock: { sleep(ms: number, signal: AbortSignal): Promise<void> };
  destinations: readonly Watched[];
  gauges?: readonly Reading[];
}

export interface Metrics {
  contentType: string;
  /** All metrics in Prometheus' text format. Never fails: values that the store does not return within 2 s are absent. */
  scrape(): Promise<string>;
  stop(): void;
}

/** Well below Prometheus' default scrape timeout of 10 s. */
const LOG_TIMEOUT_MS = 2_000;

/** The metrics of one collector, in their own registry. */
export function createMetrics(parts: MetricsParts): Metrics {
  const { counters, destinations, gauges = [] } = parts;
  const registry = new Registry();
  // It also starts an observer of garbage collections, which prom-client cannot stop.
  collectDefaultMetrics({ register: registry });
  for (const histogram of counters.histograms) registry.registerMetric(histogram);
  const updateCounters = registerCounters(registry, counters, destinations);
  const updateLog = registerLog(registry, destinations);
  const updateGauges = registerGauges(registry, gauges);
  return {
    contentType: registry.contentType,
    async scrape() {
      const state = await readLog(parts);
      // Synchronous from here on: concurrent scrapes would mix their values.
      updateLog(state);
      updateGauges(state.values);
      updateCounters();
      return registry.metrics();
    },
    stop: () => registry.clear(),
  };
}

/** Values read from the store; undefined where it did not respond. In the order of the destinations, and of the gauges. */
interface LogState {
  synchronous: (typeof MODES)[number] | undefined;
  depths: ({ waiting: number; deadLetters: number; oldestAgeMs: number } | undefined)[];
  breakers: ((typeof BREAKER_STATES)[number] | undefined)[];
  values: (Values | undefined)[];
}

async function readLog({ log, clock, destinations, gauges = [] }: MetricsParts): Promise<LogState> {
  const done = new AbortController();
  const timeout = clock.sleep(LOG_TIMEOUT_MS, done.signal).then(() => undefined);
  const ask = <T>(answer: Promise<T>) => Promise.race([answer, timeout]).catch(() => undefined);
  const [durability, depths, states, values] = await Promise.all([
    ask(log.check()),
    Promise.all(destinations.map(({ consumer }) => ask(log.depth(consumer)))),
    Promise.all(destinations.map(({ state }) => ask(state()))),
    Promise.all(gauges.map(async ({ read }) => ask(Promise.resolve(read())))),
  ]);
  done.abort();
  const breakers = states.map((state) => state?.breaker);
  return { synchronous: durability?.synchronous, depths, breakers, values };
}

/** Returns a function that updates them. */
function registerGauges(
  registry: Registry,
  readings: readonly Reading[],
): (values: LogState['values']) => void {
  const gauges = readings.map(
    ({ name, help, labels = [] }) =>
      new Gauge({ name: `storebeacon_${name}`, help, labelNames: [...labels], registers: [registry] }),
  );
  return (values) => {
    for (const [index, gauge] of gauges.entries()) {
      const found = values[index];
      gauge.reset();
      if (typeof found === 'number') gauge.set(found);
      else for (const { labels, value } of found ?? []) gauge.set(labels, value);
    }
  };
}

/** Registers the gauges of store and breakers. Returns a function that updates them. */
function registerLog(registry: Registry, destinations: readonly Watched[]): (state: LogState) => void {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `storebeacon_${name}`, help, labelNames, registers: [registry] });
  const place = ['shop', 'destination'];
  const up = gauge('log_up', '1 while events can be stored, else 0.', []);
  const synchronous = gauge(
    'log_synchronous',
    '1 for the sync mode of the live connection, 0 for the others. Only full and extra survive a power cut.',
    ['mode'],
  );
  const depth = gauge('queue_depth', 'Events not settled by a destination yet.', place);
  const age = gauge(
    'queue_oldest_age_seconds',
    'Time since the oldest event that a destination has not settled was received; 0 when none waits.',
    place,
  );
  const dead = gauge('dead_letters_waiting', 'Dead letters that were neither replayed nor discarded.', place);
  const breaker = gauge('breaker_state', '1 for the state a destination’s breaker is in, 0 for the others.', [
    ...place,
    'state',
  ]);
  return ({ synchronous: mode, depths, breakers }) => {
    for (const each of [synchronous, depth, age, dead, breaker]) each.reset();
    up.set(mode === undefined ? 0 : 1);
    if (mode !== undefined) for (const each of MODES) synchronous.set({ mode: each }, each === mode ? 1 : 0);
    for (const [index, { shop, destination }] of destinations.entries()) {
      const labels = { shop, destination };
      const found = depths[index];
      if (found) {
        depth.set(labels, found.waiting);
        age.set(labels, found.oldestAgeMs / 1_000);
        dead.set(labels, found.deadLetters);
      }
      const state = breakers[index];
      if (state === undefined) continue;
      for (const each of BREAKER_STATES) breaker.set({ ...labels, state: each }, each === state ? 1 : 0);
    }
  };
}
