import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { audit, type Promised } from './audit.ts';
import { type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { type Figure, type Measured, median, medianRatio, ms, ratio, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { Options } from './options.ts';
import { PREFILLED, type Prefilled } from './prefill.ts';
import { peakRssMb } from './usage.ts';

/** A shop's rush hour, many times over; and as much as 64 connections bring. */
const LOADS = [
  { name: 'at 1,000/s', rateLimiter: { requestsPerSecond: 1000 } },
  { name: 'at full load', rateLimiter: {} },
];
const STATES = ['waits', 'drains'] as const;
const STARTS = 3;
const WARM_UP_SECONDS = 4;
const MAX_SECONDS = 2;

/** The p99s of one load in one state, a pair for each round. */
interface Latency {
  what: string;
  idleMs: number[];
  fullMs: number[];
}

/** What a million undelivered events change: for the way in, for memory, for a start, for taking a batch. */
export async function measureBacklog(
  { rounds, seconds, backlog }: Options,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  const [idleDir, fullDir] = [mkdtempSync(join(directory, 'idle-')), mkdtempSync(join(directory, 'full-'))];
  say(`filling a log with ${whole(backlog)} undelivered events …`);
  const filler = await launch('load', 'prefill.ts');
  const filled = await filler.ask<Prefilled>({ dataDir: fullDir, destination: 'tiktok', events: backlog });
  await filler.end();
  say(`filled in ${filled.seconds.toFixed(0)} s`);

  const generator = await launch('load', 'load.ts');
  const accepting = await launch<{ port: number }>('load', 'accept-all.ts');
  const away = await launch<{ port: number }>('load', 'accept-all.ts');
  await away.ask({ listen: false });
  const idle = await startSeveralTimes(idleDir, accepting);
  const full = await startSeveralTimes(fullDir, away);
  const promised: Promised[] = [
    { prefix: PREFILLED, eventsPerRequest: 1, result: { requests: backlog, unanswered: [] } },
  ];
  let runs = 0;
  const p99Ms = async (collector: Collector, rateLimiter: Partial<Load>, forSeconds: number) => {
    const prefix = `b${++runs}`;
    const load = { path: '/v1/track', prefix, seconds: forSeconds, connections: 64, eventsPerRequest: 1 };
    const result = await generator.ask<LoadResult>({ ...load, ...rateLimiter, port: collector.port });
    if (collector === full.collector) promised.push({ prefix, eventsPerRequest: 1, result });
    return result.p99Ms;
  };

  for (const { collector } of [idle, full]) await p99Ms(collector, {}, WARM_UP_SECONDS);
  const latencies: Latency[] = [];
  const left: string[] = [];
  const forSeconds = Math.min(seconds, MAX_SECONDS);
  for (const state of STATES) {
    if (state === 'drains') await beginDrain(away, full.collector);
    for (const { name, rateLimiter } of LOADS) {
      const what = `p99 of /v1/track ${name} while the backlog ${state} ÷ idle`;
      const latency: Latency = { what, idleMs: [], fullMs: [] };
      latencies.push(latency);
      for (let round = 0; round < rounds; round++) {
        full.collector.pause();
        latency.idleMs.push(await p99Ms(idle.collector, rateLimiter, forSeconds));
        full.collector.resume();
        latency.fullMs.push(await p99Ms(full.collector, rateLimiter, forSeconds));
      }
      say(
        `${what}: ${latency.fullMs.map((full, round) => `${full}/${latency.idleMs[round]}`).join(', ')} ms`,
      );
    }
    left.push(`${whole(await full.collector.waiting())} at the end of the rounds in which it ${state}`);
  }
  const [rssMb, idleRssMb] = [peakRssMb(full.collector.pid), peakRssMb(idle.collector.pid)];
  await Promise.all([idle, full].map(({ collector }) => collector.kill()));
  await Promise.all([generator, accepting, away].map((helper) => helper.end()));
  const takes = filled.fullTakeMs / filled.smallTakeMs;
  const figures: Figure[] = [
    {
      what: `start with ${whole(backlog)} waiting, after a kill`,
      value: `${(full.startMs / 1000).toFixed(2)} s`,
      goal: { reached: full.startMs / 1000, most: 2 },
      note: `with an empty log ${(idle.startMs / 1000).toFixed(2)} s; waiting: ${left.join(', ')}`,
    },
    ...latencies.map(figureOf),
    {
      what: 'peak RSS with the backlog, MB',
      value: `${whole(rssMb)} MB`,
      goal: { reached: rssMb, most: 250 },
      note: `the collector without one, under the same loads: ${whole(idleRssMb)} MB`,
    },
    {
      what: 'taking 50 from the backlog ÷ from 1,000',
      value: ratio(takes),
      note: `${ms(filled.fullTakeMs)} ÷ ${ms(filled.smallTakeMs)}`,
    },
  ];
  return { figures, audit: await audit({ dataDir: fullDir }, promised) };
}

/** The last one started, and the median time from spawn to listening, each after a kill. */
async function startSeveralTimes(dataDir: string, { hello }: Helper<{ port: number }>) {
  const start = () =>
    startCollector({ dataDir, destination: DESTINATIONS.tiktok(`http://127.0.0.1:${hello.port}`) });
  let collector = await start();
  const startsMs = [collector.startMs];
  while (startsMs.length < STARTS) {
    await collector.kill();
    collector = await start();
    startsMs.push(collector.startMs);
  }
  return { collector, startMs: median(startsMs) };
}

/** The destination answers again; resolves when deliveries are on their way. */
async function beginDrain(away: Helper<unknown>, full: Collector): Promise<void> {
  await away.ask({ listen: true });
  const before = await full.waiting();
  await eventually(full.waiting, (waiting) => waiting < before, 60_000);
}

function figureOf({ what, idleMs, fullMs }: Latency): Figure {
  const reached = medianRatio(fullMs, idleMs);
  return {
    what,
    value: ratio(reached),
    goal: { reached, most: 1.5, stretch: 1.1 },
    note: `${ms(median(fullMs))} ÷ ${ms(median(idleMs))}`,
  };
}
