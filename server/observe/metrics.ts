import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Place, registerCounters } from './counted.ts';
import type { Counters } from './counters.ts';

const MODES = ['off', 'normal', 'full', 'extra'] as const;
const BREAKER_STATES = ['closed', 'open', 'paused'] as const;

/** One destination of one shop, as the metrics see it. */
export interface Watched extends Place {
  /** Its name in the log. */
  consumer: string;
  state(): (typeof BREAKER_STATES)[number];
}

/** One number read at every scrape. Its name gets `storebeacon_` before it and ends in its unit. */
export interface Reading {
  name: string;
  help: string;
  read: () => number;
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
  /** Everything in Prometheus' text format. Never fails: what the log cannot tell within 2 s is left out. */
  scrape(): Promise<string>;
  stop(): void;
}

/** Well below the 10 s after which Prometheus gives a scrape up. */
const LOG_PATIENCE_MS = 2_000;

/** Metrics of one collector, in a registry of their own. */
export function createMetrics(parts: MetricsParts): Metrics {
  const { counters, destinations, gauges = [] } = parts;
  const registry = new Registry();
  // Its observer of garbage collections has no way to be taken back: it stays until the process ends, idle and small.
  collectDefaultMetrics({ register: registry });
  for (const histogram of counters.histograms) registry.registerMetric(histogram);
  const countAgain = registerCounters(registry, counters, destinations);
  const showLog = registerLog(registry, destinations);
  for (const { name, help, read } of gauges)
    new Gauge({
      name: `storebeacon_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  return {
    contentType: registry.contentType,
    async scrape() {
      // Nothing may come between these steps: two scrapes at once would mix what they saw.
      const seen = await readLog(parts);
      showLog(seen);
      countAgain();
      return registry.metrics();
    },
    stop: () => registry.clear(),
  };
}

/** What the log told; undefined where it did not. Depths are in the order of the destinations. */
interface Seen {
  synchronous: (typeof MODES)[number] | undefined;
  depths: ({ waiting: number; deadLetters: number; oldestAgeMs: number } | undefined)[];
}

async function readLog({ log, clock, destinations }: MetricsParts): Promise<Seen> {
  const done = new AbortController();
  const late = clock.sleep(LOG_PATIENCE_MS, done.signal).then(() => undefined);
  const ask = <T>(answer: Promise<T>) => Promise.race([answer, late]).catch(() => undefined);
  const [durability, depths] = await Promise.all([
    ask(log.check()),
    Promise.all(destinations.map(({ consumer }) => ask(log.depth(consumer)))),
  ]);
  done.abort();
  return { synchronous: durability?.synchronous, depths };
}

/** Registers what is asked of the log and of the breakers. Returns how to show what they told. */
function registerLog(registry: Registry, destinations: readonly Watched[]): (seen: Seen) => void {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `storebeacon_${name}`, help, labelNames, registers: [registry] });
  const place = ['shop', 'destination'];
  const up = gauge('log_up', '1 while events can be stored, else 0.', []);
  const synchronous = gauge(
    'log_synchronous',
    'How the live connection syncs before an event counts as stored: 1 for its mode. Only full and extra keep the promise.',
    ['mode'],
  );
  const depth = gauge('queue_depth', 'Events a destination has not settled yet.', place);
  const age = gauge(
    'queue_oldest_age_seconds',
    'Age of the oldest event a destination has not settled, since it reached us; 0 when none waits.',
    place,
  );
  const dead = gauge('dead_letters_waiting', 'Events set aside that nobody has decided on yet.', place);
  const breaker = gauge('breaker_state', '1 for the state a destination’s breaker is in, 0 for the others.', [
    ...place,
    'state',
  ]);
  return (seen) => {
    for (const each of [synchronous, depth, age, dead]) each.reset();
    up.set(seen.synchronous === undefined ? 0 : 1);
    if (seen.synchronous !== undefined)
      for (const mode of MODES) synchronous.set({ mode }, mode === seen.synchronous ? 1 : 0);
    for (const [index, { shop, destination, state }] of destinations.entries()) {
      const labels = { shop, destination };
      const found = seen.depths[index];
      if (found) {
        depth.set(labels, found.waiting);
        age.set(labels, found.oldestAgeMs / 1_000);
        dead.set(labels, found.deadLetters);
      }
      const now = state();
      for (const each of BREAKER_STATES) breaker.set({ ...labels, state: each }, each === now ? 1 : 0);
    }
  };
}
