import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { audit, type Promised, together } from './audit.ts';
import { type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { type Bounds, type Figure, type Measured, median, medianRatio, ms, ratio, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { Options } from './options.ts';
import type { EventKind } from './order.ts';
import { readUsage } from './usage.ts';

const CONNECTIONS = 64;
const BATCH = 50;
/** V8 goes on compiling what is called often for many seconds: a collector that has run for a day is past that. */
const WARM_UP_SECONDS = 8;

/** What answers, in the order of the rows; the comparisons below name them. */
interface Contender {
  id: string;
  name: string;
  port: number;
  path: string;
  /** Default: 1. */
  eventsPerRequest?: number;
  /** Default: orders of 900 bytes. */
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
  const tiktokUrl = `http://127.0.0.1:${tiktok.hello.port}`;
  const http = await launch<{ port: number }>('server', 'bare-http.ts');
  const express = await launch<{ port: number }>('server', 'bare-express.ts');
  const walkeros = await launch<{ port: number }>('server', 'walkeros.ts', [tiktokUrl]);
  const start = (name: string, url: string) =>
    startCollector({ dataDir: mkdtempSync(join(dataDir, name)), destination: DESTINATIONS.tiktok(url) });
  /** Its destination is away, so that nothing but the way in is measured. */
  const alone = await start('alone-', 'http://127.0.0.1:9');
  const delivering = await start('delivering-', tiktokUrl);
  const collectors = [alone, delivering];
  const json = { port: express.hello.port, path: '/json' };
  const track = { port: alone.port, path: '/v1/track', collector: alone };
  const contenders: Contender[] = [
    { id: 'http', name: 'bare node:http + 204', port: http.hello.port, path: '/' },
    { id: 'own', name: 'bare Express 5, own body reading + 204', ...json, path: '/own' },
    { id: 'express', name: 'bare Express 5 + express.json + 204', ...json },
    { id: 'express 8', name: 'the same, orders of 8 KB', ...json, kind: 'order of 8 KB' },
    { id: 'express 30', name: 'the same, orders of 30 KB', ...json, kind: 'order of 30 KB' },
    { id: 'walkeros', name: 'walkerOS, one destination', port: walkeros.hello.port, path: '/collect' },
    { id: 'track', name: 'collector, orders', ...track },
    { id: 'views', name: 'collector, product views', ...track, kind: 'view' },
    { id: 'track 8', name: 'collector, orders of 8 KB', ...track, kind: 'order of 8 KB' },
    { id: 'track 30', name: 'collector, orders of 30 KB', ...track, kind: 'order of 30 KB' },
    {
      id: 'batch',
      name: `collector, batches of ${BATCH} orders`,
      ...track,
      path: '/v1/batch',
      eventsPerRequest: BATCH,
    },
    {
      id: 'tiktok',
      name: 'collector with TikTok, orders',
      ...track,
      port: delivering.port,
      collector: delivering,
    },
  ];
  const samples = contenders.map((): Sample[] => []);
  const promised = new Map(collectors.map((collector): [Collector, Promised[]] => [collector, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [index, contender] of contenders.entries()) {
      const prefix = `i${round}-${index}`;
      for (const other of collectors) if (other !== contender.collector) other.pause();
      const sample = await runOnce(contender, generator, prefix, round === 0 ? WARM_UP_SECONDS : seconds);
      for (const other of collectors) other.resume();
      if (contender.collector) {
        const { collector, eventsPerRequest = 1 } = contender;
        promised.get(collector)?.push({ prefix, eventsPerRequest, result: sample });
        if (collector === delivering) await settle(collector, say);
      }
      if (round === 0) continue;
      samples[index]?.push(sample);
      say(`round ${round}/${rounds}  ${contender.name.padEnd(40)} ${whole(sample.eventsPerSecond)} events/s`);
    }
  for (const collector of collectors) await collector.kill();
  await Promise.all([generator, tiktok, http, express, walkeros].map((helper) => helper.end()));
  const audits = [];
  for (const collector of collectors)
    audits.push(await audit({ dataDir: collector.dataDir }, promised.get(collector) ?? []));
  return { figures: compare(contenders, samples), audit: together(audits) };
}

async function runOnce(
  { port, path, eventsPerRequest = 1, kind, collector }: Contender,
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
  const all = (id: string, key: keyof Sample) =>
    (samples[contenders.findIndex((one) => one.id === id)] ?? []).map((sample) => Number(sample[key]));
  const of = (id: string, key: keyof Sample) => median(all(id, key));
  const compared = (
    what: string,
    [over, under]: [string, string],
    bounds: Bounds,
    key: keyof Sample = 'eventsPerSecond',
  ): Figure => {
    const reached = medianRatio(all(over, key), all(under, key));
    const show = key === 'eventsPerSecond' ? (value: number) => `${whole(value)} events/s` : ms;
    return {
      ...{ what, value: ratio(reached), goal: { reached, ...bounds } },
      note: `${show(of(over, key))} ÷ ${show(of(under, key))}`,
    };
  };
  const note = ({ id, collector }: Contender) =>
    [
      `p50 ${ms(of(id, 'p50Ms'))}, p99 ${ms(of(id, 'p99Ms'))}`,
      ...(collector
        ? [`CPU ${of(id, 'allUs').toFixed(1)} µs/event (event loop ${of(id, 'mainUs').toFixed(1)})`]
        : []),
      ...(id === 'tiktok' ? [`${Math.round(of(id, 'deliveredShare') * 100)} % delivered meanwhile`] : []),
      ...(of(id, 'refused') > 0 ? [`${whole(of(id, 'refused'))} requests refused`] : []),
    ].join(', ');
  return [
    ...contenders.map((contender) => ({
      what: contender.name,
      value: `${whole(of(contender.id, 'eventsPerSecond'))} events/s`,
      note: note(contender),
    })),
    compared('ingest only, orders ÷ Express + express.json', ['track', 'express'], {
      least: 0.5,
      stretch: 0.7,
    }),
    compared('ingest only, product views ÷ the same', ['views', 'express'], { least: 0.5, stretch: 0.7 }),
    compared(`batches of ${BATCH} ÷ its single requests`, ['batch', 'express'], { least: 1, stretch: 1.5 }),
    compared('8 KB ÷ Express with the same', ['track 8', 'express 8'], { least: 0.35, stretch: 0.5 }),
    compared('30 KB ÷ Express with the same', ['track 30', 'express 30'], { least: 0.35, stretch: 0.5 }),
    compared('one destination ÷ walkerOS with one', ['tiktok', 'walkeros'], { least: 2 }),
    compared('p99 of one destination ÷ of walkerOS', ['tiktok', 'walkeros'], { most: 1 }, 'p99Ms'),
  ];
}
