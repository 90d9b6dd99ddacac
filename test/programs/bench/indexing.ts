import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { audit, type Promised } from './audit.ts';
import { type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { type Figure, type Measured, median, medianRatio, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { Options } from './options.ts';
import type { EventKind } from './order.ts';
import { readUsage } from './usage.ts';
import { withoutArguments } from './without.ts';

const CONNECTIONS = 32;
const WARM_UP_SECONDS = 3;
const MOST_SHARE = 1.15;
const RUNS: readonly { what: string; kind: EventKind; path: string; eventsPerRequest: number }[] = [
  { what: 'orders', kind: 'order', path: '/v1/track', eventsPerRequest: 1 },
  { what: 'product views', kind: 'view', path: '/v1/track', eventsPerRequest: 1 },
  { what: 'orders in batches of 50', kind: 'order', path: '/v1/batch', eventsPerRequest: 50 },
];

interface Contender {
  name: string;
  dataDir: string;
  collector: Collector;
  /** Its index is waited for. */
  isSearched: boolean;
  promised: Promised[];
  /** Of each kind of run: CPU for each event, of all threads, in µs. */
  costs: number[][];
}

/** What the delivery history and the search cost: CPU for each event that was stored, delivered and, where it is, indexed. */
export async function measureIndexing(
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  const generator = await launch('load', 'load.ts');
  const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
  const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
  const start = async (name: string, without: Parameters<typeof withoutArguments>[0]): Promise<Contender> => {
    const dataDir = mkdtempSync(join(directory, 'indexing-'));
    const collector = await startCollector({ dataDir, destination, args: withoutArguments(without) });
    collector.pause();
    const costs = RUNS.map((): number[] => []);
    return { name, dataDir, collector, isSearched: without.length === 0, promised: [], costs };
  };
  const contenders = [
    await start('history and search', []),
    await start('history alone', ['search']),
    await start('neither', ['search', 'history']),
  ];
  for (let round = 0; round <= rounds; round++)
    for (const [index, run] of RUNS.entries())
      for (const contender of contenders) {
        const cost = await runOnce(contender, generator, {
          ...{ path: run.path, kind: run.kind, eventsPerRequest: run.eventsPerRequest },
          ...{ prefix: `x${round}-${index}`, seconds: round === 0 ? WARM_UP_SECONDS : seconds },
          ...{ port: contender.collector.port, connections: CONNECTIONS },
        });
        if (round === 0) continue;
        contender.costs[index]?.push(cost);
        say(
          `round ${round}/${rounds}  ${run.what}, ${contender.name.padEnd(20)} ${cost.toFixed(1)} µs/event`,
        );
      }
  await Promise.all(contenders.map(({ collector }) => collector.kill()));
  await Promise.all([generator, tiktok].map((helper) => helper.end()));
  const audits = [];
  for (const { dataDir, promised } of contenders) audits.push(await audit({ dataDir }, promised));
  return {
    figures: RUNS.map(({ what }, index) => figureOf(what, index, contenders)),
    audit: {
      promised: audits.reduce((sum, { promised }) => sum + promised, 0),
      broken: audits.flatMap(({ broken }) => broken),
    },
  };
}

async function runOnce(
  { collector, isSearched, promised }: Contender,
  generator: Helper<unknown>,
  load: Load,
): Promise<number> {
  collector.resume();
  const before = readUsage(collector.pid);
  const result = await generator.ask<LoadResult>({ ...load, wants: `"accepted":${load.eventsPerRequest},` });
  await settled(collector, isSearched);
  const after = readUsage(collector.pid);
  collector.pause();
  promised.push({ prefix: load.prefix, eventsPerRequest: load.eventsPerRequest, result });
  const events = (result.requests - result.unanswered.length) * load.eventsPerRequest;
  return ((after.allMs - before.allMs) * 1000) / events;
}

/** All delivered and indexed, the outcomes too, which follow within a moment. Looked at seldom: to look costs as well. */
async function settled(collector: Collector, isSearched: boolean): Promise<void> {
  const deadlineMs = performance.now() + 120_000;
  for (;;) {
    await sleep(500);
    const isDelivered = (await collector.waiting()) === 0;
    if (isDelivered && (!isSearched || (await isIndexed(collector)))) return sleep(500);
    if (performance.now() > deadlineMs) throw new Error('events still wait after two minutes');
  }
}

async function isIndexed({ admin }: Collector): Promise<boolean> {
  const { events, indexedUntil } = await admin<{
    events: { outcomes: { state: string }[] }[];
    indexedUntil: { lag: number };
  }>('events?limit=1');
  const isEnded = events.every(({ outcomes }) => outcomes.every(({ state }) => state === 'delivered'));
  return indexedUntil.lag === 0 && isEnded;
}

function figureOf(what: string, index: number, [both, history, neither]: readonly Contender[]): Figure {
  const costsOf = (contender?: Contender) => contender?.costs[index] ?? [];
  const reached = medianRatio(costsOf(both), costsOf(neither));
  const share = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;
  return {
    what: `history and search, ${what}`,
    value: `${share(reached)} of CPU`,
    goal: { reached: Number(reached.toFixed(3)), most: MOST_SHARE },
    note: [
      ...[both, history, neither].map(
        (contender) => `${whole(median(costsOf(contender)))} µs ${contender?.name}`,
      ),
      `the history alone ${share(medianRatio(costsOf(history), costsOf(neither)))}`,
    ].join(', '),
  };
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
