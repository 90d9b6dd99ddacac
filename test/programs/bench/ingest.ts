import { audit, type Promised } from './audit.ts';
import { type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { type Bounds, type Figure, type Measured, median, medianRatio, ms, ratio, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { Options } from './options.ts';
import type { EventKind } from './order.ts';
import { readUsage } from './usage.ts';

const CONNECTIONS = 64;
const BATCH = 50;

interface Contender {
  name: string;
  port: number;
  path: string;
  eventsPerRequest: number;
  kind?: EventKind;
  /** Absent: a baseline. */
  collector?: Collector;
}
interface Sample extends LoadResult {
  refused: number;
  eventsPerSecond: number;
  /** Of the collector's threads, for each event. */
  mainUs: number;
  allUs: number;
  /** How much of it was delivered by the end of the run. */
  deliveredShare: number;
}

/** How fast events come in, next to servers that do nothing with them. */
export async function measureIngest(
  { rounds, seconds }: Options,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const generator = await launch('load', 'load.ts');
  const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
  const http = await launch<{ port: number }>('server', 'bare-http.ts');
  const express = await launch<{ port: number }>('server', 'bare-express.ts');
  const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
  const collector = await startCollector({ dataDir, destination });
  const one = { eventsPerRequest: 1 };
  const contenders: Contender[] = [
    { name: 'bare node:http + 204', port: http.hello.port, path: '/', ...one },
    { name: 'bare Express 5, own body reading + 204', port: express.hello.port, path: '/own', ...one },
    { name: 'bare Express 5 + express.json + 204', port: express.hello.port, path: '/json', ...one },
    { name: 'collector /v1/track, orders', port: collector.port, path: '/v1/track', ...one, collector },
    {
      name: `collector /v1/batch of ${BATCH}, orders`,
      port: collector.port,
      path: '/v1/batch',
      eventsPerRequest: BATCH,
      collector,
    },
    {
      name: 'collector /v1/track, product views',
      port: collector.port,
      path: '/v1/track',
      ...one,
      kind: 'view',
      collector,
    },
  ];
  const samples = contenders.map((): Sample[] => []);
  const promised: Promised[] = [];
  for (let round = 0; round <= rounds; round++)
    for (const [index, contender] of contenders.entries()) {
      const prefix = `i${round}-${index}`;
      if (!contender.collector) collector.pause();
      const sample = await runOnce(
        contender,
        generator,
        prefix,
        round === 0 ? warmUpSeconds(contender) : seconds,
      );
      collector.resume();
      if (contender.collector) {
        promised.push({ prefix, eventsPerRequest: contender.eventsPerRequest, result: sample });
        await settle(contender.collector, say);
      }
      if (round === 0) continue;
      samples[index]?.push(sample);
      say(`round ${round}/${rounds}  ${contender.name.padEnd(40)} ${whole(sample.eventsPerSecond)} events/s`);
    }
  await collector.kill();
  await Promise.all([generator, tiktok, http, express].map((helper) => helper.end()));
  return { figures: compare(contenders, samples), audit: await audit({ dataDir }, promised) };
}

async function runOnce(
  { port, path, eventsPerRequest, kind, collector }: Contender,
  generator: Helper<unknown>,
  prefix: string,
  seconds: number,
): Promise<Sample> {
  const load: Load = {
    port,
    path,
    prefix,
    seconds,
    connections: CONNECTIONS,
    eventsPerRequest,
    ...(kind && { kind }),
  };
  if (collector) load.wants = `"accepted":${eventsPerRequest},`;
  const before = collector && readUsage(collector.pid);
  const result = await generator.ask<LoadResult>(load);
  const after = collector && readUsage(collector.pid);
  const events = (result.requests - result.unanswered.length) * eventsPerRequest;
  const waiting = collector ? await collector.waiting() : 0;
  return {
    ...result,
    eventsPerSecond: result.requestsPerSecond * eventsPerRequest,
    refused: result.unanswered.length,
    mainUs: before && after ? ((after.mainMs - before.mainMs) * 1000) / events : 0,
    allUs: before && after ? ((after.allMs - before.allMs) * 1000) / events : 0,
    deliveredShare: 1 - Math.min(1, waiting / events),
  };
}

/** V8 has seen enough of a bare server after a second; our path is longer. */
const warmUpSeconds = ({ collector }: Contender) => (collector ? 4 : 1);

/** What a run left to deliver would slow the next one; after half a minute it may. */
async function settle(collector: Collector, say: (line: string) => void): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const waiting = await collector.waiting();
    if (waiting === 0) return;
    if (performance.now() > deadlineMs) return say(`${whole(waiting)} events still wait for delivery`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function compare(contenders: readonly Contender[], samples: readonly Sample[][]): Figure[] {
  const all = (index: number, key: keyof Sample) =>
    (samples[index] ?? []).map((sample) => Number(sample[key]));
  const of = (index: number, key: keyof Sample) => median(all(index, key));
  const [HTTP, JSON_EXPRESS, TRACK, BATCHED] = [0, 2, 3, 4];
  const compared = (
    what: string,
    [over, under]: [number, number],
    key: keyof Sample,
    bounds: Bounds,
  ): Figure => {
    const reached = medianRatio(all(over, key), all(under, key));
    return { what, value: ratio(reached), goal: { reached, ...bounds } };
  };
  const note = (index: number) =>
    [
      `p50 ${ms(of(index, 'p50Ms'))}, p99 ${ms(of(index, 'p99Ms'))}`,
      ...(contenders[index]?.collector
        ? [
            `CPU ${of(index, 'allUs').toFixed(1)} µs/event (event loop ${of(index, 'mainUs').toFixed(1)})`,
            `${Math.round(of(index, 'deliveredShare') * 100)} % delivered meanwhile`,
          ]
        : []),
      ...(of(index, 'refused') > 0 ? [`${whole(of(index, 'refused'))} requests refused`] : []),
    ].join(', ');
  return [
    ...contenders.map(({ name }, index) => ({
      what: name,
      value: `${whole(of(index, 'eventsPerSecond'))} events/s`,
      note: note(index),
    })),
    compared('/v1/track ÷ Express + express.json', [TRACK, JSON_EXPRESS], 'eventsPerSecond', {
      least: 1,
      stretch: 1.5,
    }),
    compared('/v1/track ÷ node:http', [TRACK, HTTP], 'eventsPerSecond', { least: 0.33, stretch: 0.5 }),
    compared('/v1/batch ÷ /v1/track, events', [BATCHED, TRACK], 'eventsPerSecond', {
      least: 1.6,
      stretch: 3,
    }),
    compared('p99 of /v1/track ÷ of Express + express.json', [TRACK, JSON_EXPRESS], 'p99Ms', {
      most: 1.5,
      stretch: 1,
    }),
  ];
}
