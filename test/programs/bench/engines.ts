import { createDatabase, onEngine } from '../../support/database-server.ts';
import { audit, type Promised, together } from './audit.ts';
import { type Collector, DESTINATIONS, emptied, startCollector } from './collector.ts';
import { type Figure, type Measured, median, medianRatio, ms, ratio, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { LoadResult } from './load.ts';
import type { Options } from './options.ts';
import { readUsage, serverMs } from './usage.ts';

const CONNECTIONS = 64;
const BATCH = 50;
const WARM_UP_SECONDS = 4;
const LEAST_RATIO = 0.4;
const LEAST_BATCHED = 8_000;
const MOST_COST_RATIO = 1.15;

/** Collectors of one store; of several each has a part of the load. */
interface Side {
  name: string;
  eventsPerRequest: number;
  collectors: readonly Collector[];
  /** Of the database's server. */
  serverPid?: number;
}
interface Sample {
  eventsPerSecond: number;
  p99Ms: number;
  /** CPU time of collectors and database for each event, µs. */
  us: number;
}

/** How fast events come in on PostgreSQL, next to SQLite, and what a second collector costs. Nothing has a core of its own. */
export async function measureEngines(
  { rounds, seconds }: Options,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  return onEngine('postgres', async (server) => {
    if (!server) throw new Error('there is no PostgreSQL to measure');
    const tiktok = await launch<{ port: number }>('both', 'accept-all.ts');
    const generators = [await launch('both', 'load.ts'), await launch('both', 'load.ts')];
    const databases = [await createDatabase(server.url), await createDatabase(server.url)];
    const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
    const startOn = (databaseUrl?: string) =>
      startCollector({ dataDir, destination, databaseUrl, core: 'both' });
    const [one, two] = databases.map(({ url }) => url);
    const sqlite = [await startOn()];
    const alone = [await startOn(one)];
    const pair = [await startOn(two), await startOn(two)];
    const serverPid = server.own && { serverPid: server.own.pid() };
    const sides: Side[] = [
      { name: 'SQLite, orders', eventsPerRequest: 1, collectors: sqlite },
      { name: 'PostgreSQL, orders', eventsPerRequest: 1, collectors: alone, ...serverPid },
      { name: `SQLite, batches of ${BATCH}`, eventsPerRequest: BATCH, collectors: sqlite },
      { name: `PostgreSQL, batches of ${BATCH}`, eventsPerRequest: BATCH, collectors: alone, ...serverPid },
      { name: 'PostgreSQL, orders at two collectors', eventsPerRequest: 1, collectors: pair, ...serverPid },
    ];
    const everyone = [...sqlite, ...alone, ...pair];
    const samples = sides.map((): Sample[] => []);
    const promised = new Map<Collector, Promised[]>(everyone.map((collector) => [collector, []]));
    for (let round = 0; round <= rounds; round++)
      for (const [index, side] of sides.entries()) {
        for (const other of everyone) if (!side.collectors.includes(other)) other.pause();
        const prefix = `e${round}-${index}`;
        const sample = await runOnce(side, generators, prefix, round ? seconds : WARM_UP_SECONDS, promised);
        for (const other of everyone) other.resume();
        for (const collector of side.collectors) await emptied(collector);
        if (round === 0) continue;
        samples[index]?.push(sample);
        say(`round ${round}/${rounds}  ${side.name.padEnd(38)} ${whole(sample.eventsPerSecond)} events/s`);
      }
    for (const collector of everyone) await collector.kill();
    for (const helper of [...generators, tiktok]) await helper.end();
    const audits = [
      await audit({ dataDir }, promisedBy(promised, sqlite)),
      await audit({ dataDir, databaseUrl: one }, promisedBy(promised, alone)),
      await audit({ dataDir, databaseUrl: two }, promisedBy(promised, pair)),
    ];
    for (const database of databases) await database.drop();
    return { figures: figuresOf(sides, samples), audit: together(audits) };
  });
}

const promisedBy = (promised: ReadonlyMap<Collector, Promised[]>, collectors: readonly Collector[]) =>
  collectors.flatMap((collector) => promised.get(collector) ?? []);

async function runOnce(
  { eventsPerRequest, collectors, serverPid }: Side,
  generators: readonly Helper<unknown>[],
  prefix: string,
  seconds: number,
  promised: ReadonlyMap<Collector, Promised[]>,
): Promise<Sample> {
  const usedMs = () =>
    collectors.reduce((sum, { pid }) => sum + readUsage(pid).allMs, serverPid ? serverMs(serverPid) : 0);
  const beforeMs = usedMs();
  const results = await Promise.all(
    collectors.map(async (collector, place) => {
      const own = `${prefix}-${place}`;
      const result = await (generators[place] as Helper<unknown>).ask<LoadResult>({
        ...{ port: collector.port, path: eventsPerRequest === 1 ? '/v1/track' : '/v1/batch' },
        ...{ prefix: own, seconds, eventsPerRequest, wants: `"accepted":${eventsPerRequest},` },
        connections: CONNECTIONS / collectors.length,
      });
      promised.get(collector)?.push({ prefix: own, eventsPerRequest, result });
      return result;
    }),
  );
  const sum = (of: (result: LoadResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const events = sum(({ requests, unanswered }) => requests - unanswered.length) * eventsPerRequest;
  return {
    eventsPerSecond: sum(({ requestsPerSecond }) => requestsPerSecond) * eventsPerRequest,
    p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
    us: ((usedMs() - beforeMs) * 1000) / events,
  };
}

function figuresOf(sides: readonly Side[], samples: readonly Sample[][]): Figure[] {
  const all = (index: number, key: keyof Sample) => (samples[index] ?? []).map((sample) => sample[key]);
  const of = (index: number, key: keyof Sample) => median(all(index, key));
  const [SQLITE, POSTGRES, , BATCHED, PAIR] = [0, 1, 2, 3, 4];
  const speed = medianRatio(all(POSTGRES, 'eventsPerSecond'), all(SQLITE, 'eventsPerSecond'));
  const cost = medianRatio(all(PAIR, 'us'), all(POSTGRES, 'us'));
  const batched = of(BATCHED, 'eventsPerSecond');
  return [
    ...sides.map(({ name }, index) => ({
      what: name,
      value: `${whole(of(index, 'eventsPerSecond'))} events/s`,
      note: `p99 ${ms(of(index, 'p99Ms'))}, CPU ${whole(of(index, 'us'))} µs/event, the database's included`,
    })),
    {
      what: 'orders on PostgreSQL ÷ on SQLite',
      value: ratio(speed),
      goal: { reached: speed, least: LEAST_RATIO },
    },
    {
      what: `batches of ${BATCH} on PostgreSQL`,
      value: `${whole(batched)} events/s`,
      goal: { reached: batched, least: LEAST_BATCHED },
    },
    {
      what: 'cost of an event at two collectors ÷ at one',
      value: ratio(cost),
      goal: { reached: cost, most: MOST_COST_RATIO },
    },
  ];
}
