// @module-tag slow
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { COUNTERS, type LabelSpec, TIMERS } from '../../server/observe/names.ts';
import { DEAD_LETTER_REASONS, LEFT_OUT_REASONS, RETRY_REASONS, SKIP_REASONS } from '../../shared/reasons.ts';
import { startCollector } from '../support/collector.ts';
import { parseScrape } from '../support/prometheus.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  datasource?: unknown;
  targets?: { refId: string; expr: string; datasource: unknown }[];
}
interface Variable {
  name: string;
  type: string;
  definition?: string;
}
const dashboard = JSON.parse(readFileSync('server/observe/grafana-dashboard.json', 'utf8')) as {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Variable[] };
};
const alerts = readFileSync('server/observe/alerts.yml', 'utf8');

const collector = await startCollector({}, { whenOver: afterAll });
const { families } = parseScrape(await (await collector.admin('GET', '/metrics')).text());

const asked = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const variables = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);
const warned = [...alerts.matchAll(/^ +expr: (.+)$/gm)].map((match) => match[1] ?? '');

/** The metrics a query reads, each with the labels it selects by. */
const metricsIn = (query: string) =>
  [...query.matchAll(/\b((?:storebeacon|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selectors = '']) => ({
      name: familyOf(name),
      labels: [...selectors.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map((match) => match[1] ?? ''),
    }),
  );
/** The labels a query groups by. */
const groupsIn = (query: string) =>
  [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? '').split(', '));

function familyOf(name: string): string {
  const family = name.replace(/_(bucket|sum|count)$/, '');
  return families.get(family)?.type === 'histogram' ? family : name;
}

/** As the list of names says; for a gauge, as it was scraped. `instance` is added by Prometheus. */
function labelsOf(name: string): string[] {
  const short = name.replace(/^storebeacon_/, '').replace(/_(total|duration_seconds)$/, '');
  const listed = { ...COUNTERS, ...TIMERS } as Record<string, { labels: LabelSpec }>;
  const scraped = families.get(name)?.samples[0]?.labels ?? {};
  return [...Object.keys(listed[short]?.labels ?? scraped), 'instance', 'le'];
}

describe.each([
  { what: 'the dashboard', queries: [...asked, ...variables], atLeast: 25 },
  { what: 'the alert rules', queries: warned, atLeast: 6 },
])('$what', ({ queries, atLeast }) => {
  test('queries only metrics that a real scrape has', () => {
    expect(queries.length).toBeGreaterThanOrEqual(atLeast);
    for (const query of queries) expect(metricsIn(query), query).not.toEqual([]);
    const unknown = queries.flatMap(metricsIn).filter(({ name }) => !families.has(name));
    expect(unknown).toEqual([]);
  });

  test('selects and groups only by labels those metrics have', () => {
    for (const query of queries)
      for (const { name, labels } of metricsIn(query))
        expect(labelsOf(name), query).toEqual(expect.arrayContaining([...labels, ...groupsIn(query)]));
  });
});

test('the dashboard shows every metric of the collector', () => {
  const shown = new Set(asked.flatMap(metricsIn).map(({ name }) => name));
  const ours = [...families.keys()].filter((name) => name.startsWith('storebeacon_'));
  expect(ours.filter((name) => !shown.has(name))).toEqual([]);
});

test('the README explains every reason', () => {
  const readme = readFileSync('server/observe/README.md', 'utf8');
  const [, list = ''] = readme.split('## Reasons');
  const reasons = [...SKIP_REASONS, ...RETRY_REASONS, ...DEAD_LETTER_REASONS, ...LEFT_OUT_REASONS];
  expect(reasons.filter((reason) => !list.includes(`\`${reason}\``))).toEqual([]);
});

test('the README explains every metric of the collector', () => {
  const readme = readFileSync('server/observe/README.md', 'utf8');
  const ours = [...families.keys()].filter((name) => name.startsWith('storebeacon_'));
  expect(ours.filter((name) => !readme.includes(`\`${name.replace('storebeacon_', '')}\``))).toEqual([]);
});

test('Grafana 10 and later can import it: panels in place, one data source to choose, none fixed', () => {
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(38);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
  expect(rows).toEqual(['Ingest', 'Log', 'Destinations', 'Webhooks and statistics', 'Process']);
  const used = new Set<string>();
  for (const { title, gridPos, ...panel } of dashboard.panels) {
    const { h, w, x, y } = gridPos;
    expect(x + w, title).toBeLessThanOrEqual(24);
    for (let column = x; column < x + w; column++)
      for (let line = y; line < y + h; line++) {
        expect(used.has(`${column} ${line}`), `${title} lies on another panel`).toBe(false);
        used.add(`${column} ${line}`);
      }
    if (panel.type === 'row') continue;
    for (const { datasource } of [panel, ...(panel.targets ?? [])])
      expect(datasource).toEqual({ type: 'prometheus', uid: '$' + '{DS_PROMETHEUS}' });
  }
  const names = dashboard.templating.list.map(({ name, type }) => `${type} ${name}`);
  expect(names).toEqual(['datasource DS_PROMETHEUS', 'query shop', 'query destination']);
});
