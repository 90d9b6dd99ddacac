/** One line with a number. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}
export interface Family {
  name: string;
  type: string;
  help: string;
  samples: Sample[];
}

/** What one scrape said. */
export interface Scrape {
  families: Map<string, Family>;
  /** The one sample of that name whose labels include these; undefined when there is none. @throws when there are several. */
  value(name: string, labels?: Record<string, string>): number | undefined;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

/**
 * Reads Prometheus' text format 0.0.4 and takes nothing amiss lightly: HELP and TYPE once and first, families in one
 * piece, no series twice, counters that do not fall below zero, histograms that add up.
 *
 * @throws naming the line.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseScrape(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  let current: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw new Error(`not a new family: ${line}`);
      current = { name, help: rest, type: '', samples: [] };
      families.set(name, current);
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.type !== '' || current.samples.length > 0)
        throw new Error(`TYPE out of place: ${line}`);
      if (!['counter', 'gauge', 'histogram', 'summary'].includes(rest)) throw new Error(`no type: ${line}`);
      current.type = rest;
    } else if (current?.type && belongs(current, line)) current.samples.push(parseSample(line));
    else throw new Error(`belongs to no family: ${line}`);
  }
  for (const family of families.values()) check(family);
  return {
    families,
    value(name, labels = {}) {
      const found = [...families.values()]
        .flatMap(({ samples }) => samples)
        .filter((sample) => sample.name === name && includes(sample.labels, labels));
      if (found.length > 1) throw new Error(`${name} ${JSON.stringify(labels)}: ${found.length} samples`);
      return found[0]?.value;
    },
  };
}

const includes = (all: Record<string, string>, some: Record<string, string>) =>
  Object.entries(some).every(([label, value]) => all[label] === value);

function belongs({ name, type }: Family, line: string): boolean {
  const suffix = type === 'histogram' ? '_(?:bucket|sum|count)' : '';
  return new RegExp(`^${name}${suffix}[{ ]`).test(line);
}

function parseSample(line: string): Sample {
  const [, name, inside = '', written = ''] = SAMPLE.exec(line) ?? [];
  const value = /^[+-]Inf$/.test(written)
    ? Number(written.replace('Inf', 'Infinity'))
    : /^nan$/i.test(written)
      ? Number.NaN
      : Number(written);
  if (name === undefined || (Number.isNaN(value) && !/^nan$/i.test(written)))
    throw new Error(`no sample: ${line}`);
  return { name, labels: parseLabels(inside, line), value };
}

function parseLabels(inside: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, label, value] = LABEL.exec(inside) ?? [];
    if (label === undefined || value === undefined || label in labels) throw new Error(`bad labels: ${line}`);
    labels[label] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function check({ name, type, help, samples }: Family): void {
  if (type === '' || help.trim() === '') throw new Error(`${name}: no TYPE or no HELP`);
  const keys = samples.map((sample) => `${sample.name} ${keyOf(sample.labels)}`);
  if (new Set(keys).size < keys.length) throw new Error(`${name}: a series appears twice`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name}: a counter below zero`);
  if (type !== 'histogram') return;
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => keyOf(labels));
  for (const [labels, all] of series) checkHistogram(`${name} ${labels}`, name, all);
}

function checkHistogram(what: string, name: string, samples: readonly Sample[]): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const only = (suffix: string) => {
    const found = samples.filter((sample) => sample.name === `${name}_${suffix}`);
    if (found.length !== 1) throw new Error(`${what}: ${found.length} of ${suffix}`);
    return found[0]?.value;
  };
  const bounds = buckets.map(({ labels: { le = '' } }) =>
    le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
  );
  const isRising = (values: number[]) => values.every((value, index) => value >= (values[index - 1] ?? 0));
  if (!isRising(bounds) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
    throw new Error(`${what}: the bounds do not rise to +Inf`);
  if (!isRising(buckets.map(({ value }) => value))) throw new Error(`${what}: the buckets do not add up`);
  if (buckets.at(-1)?.value !== only('count')) throw new Error(`${what}: +Inf is not the count`);
  only('sum');
}

const keyOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
