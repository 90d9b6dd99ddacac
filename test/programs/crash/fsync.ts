import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsIn, canTrace, traceInto } from '../../support/count-syncs.ts';
import { APIS, createFleet } from '../../support/fleet.ts';
import { query } from '../../support/postgres-client.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

const REQUESTS = 50;

/** Counts calls of fsync and fdatasync. */
interface Counter {
  /** A program that runs the collector so that they are counted. */
  wrap?: readonly string[];
  /** Asked once the collector has ended; undefined where they cannot be counted. */
  count(): Promise<number | undefined>;
}

/**
 * SIGKILL cannot show a missing fsync: what the process wrote, the kernel keeps. So the calls are counted. One event at
 * a time on one connection makes one commit for each answer, and each commit needs a call of its own.
 */
export async function countSyncs(run: Run): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  const { server, sabotage } = run;
  const { wrap = [], count } = server ? await ofServer(server.url) : ofProcess(join(directory, 'counts'));
  const fleet = await createFleet({ sabotage, server, wrap });
  try {
    for (const api of APIS) await fleet.sandbox.stop(api);
    await fleet.start();
    const traffic = fleet.traffic({ connections: 1, batch: 1, events: REQUESTS, repeatEvery: REQUESTS + 1 });
    await traffic.done;
    await fleet.collector().end('SIGTERM');
    const calls = await count();
    for (const api of APIS) await fleet.sandbox.restart(api);
    await fleet.start({ wrap: [] });
    return await evaluate(fleet, traffic, {
      phase: 'fsync',
      kills: 0,
      isOnce: true,
      notes: [
        calls === undefined
          ? 'they cannot be counted here: this rests on log.synchronous alone'
          : `${calls} calls of fsync and fdatasync for ${REQUESTS} answers`,
      ],
      problems: calls !== undefined && calls < REQUESTS ? [`not durable: ${calls} calls of fsync`] : [],
    });
  } finally {
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** PostgreSQL counts those of its write-ahead log. */
async function ofServer(url: string): Promise<Counter> {
  const count = async () => {
    const [row] = await query<{ calls: string }>(
      url,
      "SELECT sum(fsyncs) AS calls FROM pg_stat_io WHERE object = 'wal'",
    );
    return Number(row?.calls);
  };
  const before = await count();
  return { count: async () => (await count()) - before };
}

function ofProcess(counts: string): Counter {
  if (!canTrace()) return { count: async () => undefined };
  return {
    wrap: ['strace', '-D', ...traceInto(counts)],
    count: () => callsIn(counts),
  };
}
