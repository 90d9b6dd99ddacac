import { createDatabase } from '../../support/database-server.ts';
import { audit, type Promised } from './audit.ts';
import { DESTINATIONS, emptied, startCollector } from './collector.ts';
import { type Figure, type Measured, median, medianRatio, ms, ratio } from './figures.ts';
import { launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { EngineOptions } from './options.ts';
import { readUsage } from './usage.ts';

/** As many shops as one process may have; two of them send. */
const SHOPS = 200;
const KEYS = Array.from({ length: SHOPS }, (_, index) => `bench-write-key-${index}`);
const [QUIET_KEY = '', FLOODING_KEY = ''] = KEYS;
const WARM_UP_SECONDS = 4;
/** A p99 of few requests is one request. */
const LEAST_SECONDS = 10;
const MOST_RATIO = 1.5;

type Rate = Pick<Load, 'connections' | 'eventsPerRequest' | 'requestsPerSecond' | 'kind'>;
const QUIET: Rate = { connections: 4, eventsPerRequest: 1, requestsPerSecond: 100 };
const SINGLE: Rate = { connections: 32, eventsPerRequest: 1, requestsPerSecond: 1_000 };
const BATCHED: Rate = { connections: 16, eventsPerRequest: 20, requestsPerSecond: 100 };
/**
 * What the other shop sends meanwhile; the quiet one sends orders. 1,000 requests a second are what one server key may send: of
 * orders, each delivered and indexed, that is nearly all that a core takes. Without a limit the flood takes all there is.
 */
const FLOODS: readonly { name: string; rate?: Rate; most?: number }[] = [
  { name: 'alone' },
  { name: '1,000 product views/s', rate: { ...SINGLE, kind: 'view' }, most: MOST_RATIO },
  { name: '2,000 product views/s in batches', rate: { ...BATCHED, kind: 'view' }, most: MOST_RATIO },
  { name: '1,000 orders/s', rate: SINGLE, most: MOST_RATIO },
  { name: '2,000 orders/s in batches', rate: BATCHED, most: MOST_RATIO },
  { name: 'a flood without limit', rate: { connections: 64, eventsPerRequest: 50 } },
];

interface Run {
  quiet: LoadResult;
  /** Absent: nothing else was sent. */
  flood?: LoadResult;
  /** Share of a core that the event loop and all threads of the collector had. */
  mainShare: number;
  allShare: number;
}

/** How long a quiet shop's requests take beside a shop that sends much, over how long they take alone. */
export async function measureFairness(
  { rounds, seconds, server }: EngineOptions,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const database = server && (await createDatabase(server.url));
  const generators = [await launch('load', 'load.ts'), await launch('load', 'load.ts')] as const;
  const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
  const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
  const place = { dataDir, databaseUrl: database?.url };
  const collector = await startCollector({ ...place, destination, writeKeys: KEYS });
  const promised: Promised[] = [];
  const runs = FLOODS.map((): Run[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [index, { name, rate }] of FLOODS.entries()) {
      const send = async (generator: (typeof generators)[number], load: Rate & { writeKey: string }) => {
        const prefix = `f${round}-${index}-${load.writeKey === QUIET_KEY ? 'quiet' : 'flood'}`;
        const { eventsPerRequest } = load;
        const result = await generator.ask<LoadResult>({
          path: eventsPerRequest === 1 ? '/v1/track' : '/v1/batch',
          ...{ prefix, ...load, port: collector.port, wants: `"accepted":${eventsPerRequest},` },
          seconds: round === 0 ? WARM_UP_SECONDS : Math.max(seconds, LEAST_SECONDS),
        });
        promised.push({ prefix, eventsPerRequest, result });
        return result;
      };
      const startedMs = performance.now();
      const before = readUsage(collector.pid);
      const [quiet, flood] = await Promise.all([
        send(generators[0], { ...QUIET, writeKey: QUIET_KEY }),
        rate && send(generators[1], { ...rate, writeKey: FLOODING_KEY }),
      ]);
      const after = readUsage(collector.pid);
      const elapsedMs = performance.now() - startedMs;
      await emptied(collector);
      if (round === 0) continue;
      runs[index]?.push({
        quiet,
        ...(flood && { flood }),
        mainShare: (after.mainMs - before.mainMs) / elapsedMs,
        allShare: (after.allMs - before.allMs) / elapsedMs,
      });
      say(`round ${round}/${rounds}  a quiet shop beside: ${name.padEnd(32)} p99 ${ms(quiet.p99Ms)}`);
    }
  await collector.kill();
  await Promise.all([...generators, tiktok].map((helper) => helper.end()));
  const audited = await audit(place, promised);
  await database?.drop();
  return { figures: figuresOf(runs), audit: audited };
}

function figuresOf(runs: readonly Run[][]): Figure[] {
  const [alone = []] = runs;
  const p99s = (of: readonly Run[]) => of.map(({ quiet }) => quiet.p99Ms);
  return FLOODS.flatMap(({ name, rate, most }, index): Figure[] => {
    const own = runs[index] ?? [];
    if (!rate)
      return [{ what: 'p99 of a quiet shop alone', value: ms(median(p99s(own))), note: noteOf(own) }];
    const reached = medianRatio(p99s(own), p99s(alone));
    return [
      {
        what: `p99 of a quiet shop beside ${name} ÷ alone`,
        value: ratio(reached),
        ...(most !== undefined && { goal: { reached, most } }),
        note: `${ms(median(p99s(own)))} ÷ ${ms(median(p99s(alone)))}; ${noteOf(own)}`,
      },
    ];
  });
}

function noteOf(runs: readonly Run[]): string {
  const percent = (of: (run: Run) => number) => `${Math.round(100 * median(runs.map(of)))} %`;
  const refused = (of: (run: Run) => LoadResult | undefined) =>
    median(runs.map((run) => of(run)?.unanswered.length ?? 0));
  return [
    `event loop ${percent(({ mainShare }) => mainShare)} of a core, all threads ${percent(({ allShare }) => allShare)}`,
    `refused: ${refused(({ quiet }) => quiet)} of the quiet shop, ${refused(({ flood }) => flood)} of the other`,
  ].join('; ');
}
