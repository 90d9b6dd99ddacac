import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { countSyncsOf } from '../../support/count-syncs.ts';
import { createDatabase, onEngine } from '../../support/database-server.ts';
import { query } from '../../support/postgres-client.ts';
import { audit, type Promised, together } from './audit.ts';
import { type Collector, DESTINATIONS, emptied, startCollector } from './collector.ts';
import { type Figure, type Measured, whole } from './figures.ts';
import { launch } from './launch.ts';
import type { LoadResult } from './load.ts';
import type { Options } from './options.ts';
import type { EventKind } from './order.ts';
import { readUsage, serverMs } from './usage.ts';

/** Rates at which nothing waits: what an event costs then, and not what a crowd of them does. */
const LOADS: readonly {
  what: string;
  kind: EventKind;
  eventsPerRequest: number;
  requestsPerSecond: number;
}[] = [
  { what: 'orders, 100 requests/s', kind: 'order', eventsPerRequest: 1, requestsPerSecond: 100 },
  { what: 'product views, 100 requests/s', kind: 'view', eventsPerRequest: 1, requestsPerSecond: 100 },
  {
    what: 'product views in batches of 50, 10 requests/s',
    kind: 'view',
    eventsPerRequest: 50,
    requestsPerSecond: 10,
  },
];
const CONNECTIONS = 16;
const WARM_UP_SECONDS = 4;
const LEAST_SECONDS = 10;
const TRACED_SECONDS = 4;
/** By then the last outcomes are in the index and the write-ahead log is copied. */
const SETTLED_MS = 2_000;

/** What was used since the start of the process or the server. */
interface Used {
  collectorMs: number;
  databaseMs: number;
  /** To disks, by the collector; of PostgreSQL those of its write-ahead log. */
  writtenBytes: number;
  /** In files, or in tables with their indexes. */
  keptBytes: number;
  /** Absent on SQLite, whose calls a tracer counts. */
  syncs?: number;
  transactions?: number;
}
interface Place {
  name: string;
  collector: Collector;
  used(): Promise<Used>;
  /** Calls of fsync during some work that is not measured otherwise; absent where `used` has them. */
  syncsDuring?(work: () => Promise<void>): Promise<number | undefined>;
  audit(promised: readonly Promised[]): ReturnType<typeof audit>;
}

/** What one event costs until it is delivered and found: CPU, bytes, calls of fsync, transactions; on both engines. */
export async function measureCapacity(
  { seconds }: Options,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  return onEngine('postgres', async (server) => {
    if (!server) throw new Error('there is no PostgreSQL to measure');
    const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
    const generator = await launch('load', 'load.ts');
    const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
    const database = await createDatabase(server.url);
    const onSqlite = await startCollector({ dataDir: mkdtempSync(join(directory, 'sqlite-')), destination });
    const onPostgres = await startCollector({
      ...{ dataDir: mkdtempSync(join(directory, 'postgres-')), destination, databaseUrl: database.url },
    });
    const serverPid = server.own?.pid();
    const places: Place[] = [
      {
        name: 'SQLite',
        collector: onSqlite,
        used: async () => ({ ...usedBy(onSqlite), keptBytes: bytesIn(onSqlite.dataDir) }),
        syncsDuring: (work) => countSyncsOf(onSqlite.pid, work),
        audit: (promised) => audit({ dataDir: onSqlite.dataDir }, promised),
      },
      {
        name: 'PostgreSQL',
        collector: onPostgres,
        used: async () => ({
          ...usedBy(onPostgres),
          databaseMs: serverPid === undefined ? 0 : serverMs(serverPid),
          ...(await usedByServer(database.url)),
        }),
        audit: (promised) => audit({ dataDir: onPostgres.dataDir, databaseUrl: database.url }, promised),
      },
    ];
    const figures: Figure[] = [];
    const audits = [];
    for (const place of places) {
      const promised: Promised[] = [];
      const { collector } = place;
      for (const [index, { what, ...rate }] of LOADS.entries()) {
        const send = async (prefix: string, forSeconds: number) => {
          const result = await generator.ask<LoadResult>({
            ...{ ...rate, prefix, port: collector.port, connections: CONNECTIONS, seconds: forSeconds },
            ...{ path: rate.eventsPerRequest === 1 ? '/v1/track' : '/v1/batch' },
            wants: `"accepted":${rate.eventsPerRequest},`,
          });
          promised.push({ prefix, eventsPerRequest: rate.eventsPerRequest, result });
          await emptied(collector);
          await sleep(SETTLED_MS);
          return (result.requests - result.unanswered.length) * rate.eventsPerRequest;
        };
        await send(`w${index}`, WARM_UP_SECONDS);
        const before = await place.used();
        const events = await send(`c${index}`, Math.max(seconds, LEAST_SECONDS));
        const after = await place.used();
        const syncs = await syncsPerEvent(place, () => send(`t${index}`, TRACED_SECONDS));
        const figure = figureOf(`${place.name}: ${what}`, events, before, after, syncs);
        say(`${figure.what}: ${figure.value}, ${figure.note}`);
        figures.push(figure);
      }
      await collector.kill();
      audits.push(await place.audit(promised));
    }
    for (const helper of [generator, tiktok]) await helper.end();
    await database.drop();
    return { figures, audit: together(audits) };
  });
}

/** Undefined where `used` has them, and where nothing traces. */
async function syncsPerEvent(place: Place, send: () => Promise<number>): Promise<number | undefined> {
  let events = 0;
  const calls = await place.syncsDuring?.(async () => {
    events = await send();
  });
  return calls === undefined ? undefined : calls / events;
}

const usedBy = ({ pid }: Collector): Omit<Used, 'keptBytes'> => ({
  collectorMs: readUsage(pid).allMs,
  databaseMs: 0,
  writtenBytes: Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]),
});

async function usedByServer(
  url: string,
): Promise<Pick<Used, 'writtenBytes' | 'keptBytes' | 'syncs' | 'transactions'>> {
  const [row] = await query<{ wal: string; kept: string; syncs: string; transactions: string }>(
    url,
    `SELECT (SELECT wal_bytes FROM pg_stat_wal) AS wal, pg_database_size(current_database()) AS kept,
       (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal') AS syncs,
       (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS transactions`,
  );
  return {
    writtenBytes: Number(row?.wal),
    keptBytes: Number(row?.kept),
    syncs: Number(row?.syncs),
    transactions: Number(row?.transactions),
  };
}

/** Without write-ahead logs, whose space is used again. */
const bytesIn = (directory: string) =>
  readdirSync(directory)
    .filter((file) => !file.endsWith('-wal'))
    .reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);

/** @param traced calls of fsync for each event; undefined: `after` has them, or nothing has. */
function figureOf(
  what: string,
  events: number,
  before: Used,
  after: Used,
  traced: number | undefined,
): Figure {
  const each = (key: keyof Used) => ((after[key] ?? 0) - (before[key] ?? 0)) / events;
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  const syncs = after.syncs === undefined ? traced : each('syncs');
  return {
    what,
    value: `${whole((each('collectorMs') + each('databaseMs')) * 1000)} µs of CPU`,
    note: [
      ...(each('databaseMs') > 0 ? [`of them ${whole(each('databaseMs') * 1000)} in the database`] : []),
      `${kb(each('writtenBytes'))} written`,
      `${kb(each('keptBytes'))} kept`,
      syncs === undefined ? 'fsyncs cannot be counted here' : `${syncs.toFixed(2)} fsyncs`,
      ...(after.transactions === undefined ? [] : [`${each('transactions').toFixed(2)} transactions`]),
    ].join(', '),
  };
}

const sleep = (forMs: number) => new Promise<void>((resolve) => setTimeout(resolve, forMs));
