import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { audit, type Promised, together } from './audit.ts';
import { type Collector, DESTINATIONS, type DestinationName, startCollector } from './collector.ts';
import { type Figure, type Measured, median, medianRatio, ratio, whole } from './figures.ts';
import { type Core, launch } from './launch.ts';
import type { LoadResult } from './load.ts';
import type { Options } from './options.ts';
import type { SandboxHello } from './sandbox.ts';
import { readUsage, rssMb } from './usage.ts';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 4;
/** Of a run at a given rate: what a second costs is counted in hundredths of a core. */
const STEADY_SECONDS = 10;
const REST_MS = 5_000;

interface Side {
  name: string;
  destinations: readonly DestinationName[];
  core: Core;
  shops: number;
  /** Reports of messages may come, so that events are counted without SHOPLINE. */
  hasReports?: boolean;
  /** Requests a second to the first shop; absent: as fast as answers come. */
  rate?: number;
}
const SIDES = {
  two: {
    name: 'TikTok and Customer.io, two cores',
    destinations: ['tiktok', 'customerio'],
    core: 'both',
    shops: 1,
  },
  three: {
    name: 'three destinations and statistics, one core',
    ...{ destinations: ['tiktok', 'customerio', 'shopline'], core: 'server', shops: 1 },
  },
  steady: {
    name: 'TikTok and statistics at 1,000 orders/s',
    ...{ destinations: ['tiktok'], core: 'both', shops: 1, hasReports: true, rate: 1_000 },
  },
  few: {
    name: '100 orders/s to one of 2 shops',
    destinations: ['tiktok'],
    core: 'both',
    shops: 2,
    rate: 100,
  },
  many: {
    name: '100 orders/s to one of 200 shops',
    destinations: ['tiktok'],
    core: 'both',
    shops: 200,
    rate: 100,
  },
} as const satisfies Record<string, Side>;
type Name = keyof typeof SIDES;
const NAMES = Object.keys(SIDES) as Name[];

interface Sample {
  /** From the first request to the last delivery and count; SHOPLINE's own limit of requests is not waited for. */
  eventsPerSecond: number;
  /** CPU time ÷ time, of all threads. */
  cores: number;
  us: number;
}

/** What it costs to deliver what comes in: at full rate while destinations keep up, and at rates that a shop has. */
export async function measureDelivering(
  { rounds, seconds }: Options,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  const generator = await launch('load', 'load.ts');
  const express = await launch<{ port: number }>('server', 'bare-express.ts');
  const accepting = await launch<{ port: number }>('load', 'accept-all.ts');
  const sandbox = await launch<SandboxHello>('load', 'sandbox.ts');
  const acceptingUrl = `http://127.0.0.1:${accepting.hello.port}`;
  /** SHOPLINE's answers list each event, so its own stand-in is needed. */
  const urls = { tiktok: acceptingUrl, customerio: acceptingUrl, shopline: sandbox.hello.urls.shopline };
  const start = async (side: Side, isBuilt = false): Promise<Collector> => {
    const destination = Object.assign(
      side.hasReports ? { CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'bench-signing-key' } : {},
      ...side.destinations.map((name) => DESTINATIONS[name](urls[name])),
    );
    const keys = Array.from({ length: side.shops }, (_, index) => `bench-write-key-${index}`);
    const dataDir = mkdtempSync(join(directory, 'delivering-'));
    return startCollector({
      isBuilt,
      dataDir,
      destination,
      core: side.core,
      ...(side.shops > 1 && { writeKeys: keys }),
    });
  };
  const collectors = new Map<Name, Collector>();
  for (const name of NAMES) collectors.set(name, await start(SIDES[name]));
  const resting = await start(SIDES.three, true);
  await sleep(REST_MS);
  const atRestMb = rssMb(resting.pid);
  await resting.kill();
  const everyone = [...collectors.values()];

  const promised = new Map(everyone.map((collector): [Collector, Promised[]] => [collector, []]));
  const samples = new Map(NAMES.map((name): [Name, Sample[]] => [name, []]));
  const expressRates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const load = { connections: CONNECTIONS, eventsPerRequest: 1 };
    const bare = await generator.ask<LoadResult>({
      ...{
        ...load,
        path: '/json',
        port: express.hello.port,
        prefix: `e${round}`,
        seconds: round ? seconds : 1,
      },
    });
    if (round > 0) expressRates.push(bare.requestsPerSecond);
    for (const name of NAMES) {
      const side: Side = SIDES[name];
      const collector = collectors.get(name) as Collector;
      const prefix = `${name}${round}`;
      const [before, startedMs] = [readUsage(collector.pid).allMs, performance.now()];
      const result = await generator.ask<LoadResult>({
        ...{ ...load, path: '/v1/track', port: collector.port, prefix, wants: '"accepted":1,' },
        ...(side.rate !== undefined && { requestsPerSecond: side.rate }),
        ...(side.shops > 1 && { writeKey: 'bench-write-key-0' }),
        seconds: round === 0 ? WARM_UP_SECONDS : side.rate === undefined ? seconds : STEADY_SECONDS,
      });
      await delivered(collector);
      const [usedMs, elapsedMs] = [readUsage(collector.pid).allMs - before, performance.now() - startedMs];
      promised.get(collector)?.push({ prefix, eventsPerRequest: 1, result });
      if (round === 0) continue;
      const events = result.requests - result.unanswered.length;
      const sample = {
        eventsPerSecond: (events / elapsedMs) * 1000,
        cores: usedMs / elapsedMs,
        us: (usedMs * 1000) / events,
      };
      samples.get(name)?.push(sample);
      say(
        `round ${round}/${rounds}  ${side.name.padEnd(44)} ${whole(sample.eventsPerSecond)} events/s, ${sample.cores.toFixed(2)} cores`,
      );
    }
  }
  for (const collector of everyone) await collector.kill();
  await Promise.all([generator, express, accepting, sandbox].map((helper) => helper.end()));
  const audits = [];
  for (const collector of everyone)
    audits.push(await audit({ dataDir: collector.dataDir }, promised.get(collector) ?? []));
  return { figures: figuresOf(samples, expressRates, atRestMb), audit: together(audits) };
}

function figuresOf(samples: ReadonlyMap<Name, Sample[]>, expressRates: number[], atRestMb: number): Figure[] {
  const all = (name: Name, key: keyof Sample) => (samples.get(name) ?? []).map((sample) => sample[key]);
  const of = (name: Name, key: keyof Sample) => median(all(name, key));
  const keepingUp = (name: Name, least: number, stretch: number): Figure => {
    const reached = medianRatio(all(name, 'eventsPerSecond'), expressRates);
    return {
      ...{ what: `${SIDES[name].name} ÷ Express + express.json`, value: ratio(reached) },
      goal: { reached, least, stretch },
      note: `${whole(of(name, 'eventsPerSecond'))} ÷ ${whole(median(expressRates))} events/s, delivered; ${of(name, 'us').toFixed(0)} µs/event`,
    };
  };
  const shops = medianRatio(all('many', 'cores'), all('few', 'cores'));
  const steady = of('steady', 'cores');
  return [
    keepingUp('two', 0.5, 0.8),
    keepingUp('three', 0.27, 0.35),
    {
      ...{ what: `cores used by ${SIDES.steady.name}`, value: steady.toFixed(2) },
      goal: { reached: steady, most: 0.35, stretch: 0.25 },
    },
    {
      ...{ what: 'cores used by 100 orders/s to one of 200 shops ÷ of 2', value: ratio(shops) },
      goal: { reached: shops, most: 1.1, stretch: 1 },
      note: `${of('many', 'cores').toFixed(2)} ÷ ${of('few', 'cores').toFixed(2)} cores`,
    },
    {
      ...{
        what: 'RSS at rest of the built package, three destinations and statistics',
        value: `${whole(atRestMb)} MB`,
      },
      goal: { reached: atRestMb, most: 150 },
    },
  ];
}

/** Waits until all is delivered and counted, but not for SHOPLINE, whose requests are counted by its API. */
async function delivered(collector: Collector): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  for (;;) {
    const { destinations, statistics } = await collector.status();
    const waiting = [...destinations, ...statistics].filter(
      ({ consumer }) => !consumer.startsWith('shopline@'),
    );
    if (waiting.every((one) => one.waiting === 0)) return;
    if (performance.now() > deadlineMs) throw new Error('events still wait after a minute');
    await sleep(50);
  }
}

const sleep = (forMs: number) => new Promise<void>((resolve) => setTimeout(resolve, forMs));
