import pg from 'pg';
import { APIS } from '../../support/fleet-tally.ts';
import type { Cluster } from './cluster.ts';

/** What one failure came to, beside what is held against all of them. */
export interface Failure {
  notes: string[];
  /** How long after the failure each destination was sent something again, ms. */
  takeoverMs?: number;
}
export type Phase = [name: string, work: (cluster: Cluster) => Promise<Failure>];

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves with the time until every destination has received something. */
function deliveredAgain({ sandbox }: Cluster): Promise<number> {
  const startedAtMs = performance.now();
  const missing = new Set<string>(APIS);
  return new Promise((resolve) => {
    const stop = sandbox.onReceived(({ api, accepted }) => {
      if (accepted.length > 0) missing.delete(api);
      if (missing.size > 0) return;
      stop();
      resolve(performance.now() - startedAtMs);
    });
  });
}

/** Some time of both streams. */
async function flow({ traffics }: Cluster, events = 300): Promise<void> {
  await Promise.all(traffics.map((traffic) => traffic.reached(traffic.answered.size + events)));
}

/** How often both streams were refused while something was away. */
const refusals = ({ traffics }: Cluster) => traffics.reduce((sum, { refused }) => sum + refused, 0);

async function killCollector(cluster: Cluster, place: number): Promise<Failure> {
  await flow(cluster);
  await cluster.collectors[place]?.end('SIGKILL');
  const takeoverMs = await deliveredAgain(cluster);
  await cluster.restart(place);
  await flow(cluster);
  return { takeoverMs, notes: [`delivered again after ${Math.round(takeoverMs)} ms`] };
}

async function stallCollector(cluster: Cluster): Promise<Failure> {
  await flow(cluster);
  const pid = cluster.collectors[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  const takeoverMs = await deliveredAgain(cluster);
  await sleep(12_000);
  process.kill(pid, 'SIGCONT');
  await flow(cluster);
  return { takeoverMs, notes: [`delivered again after ${Math.round(takeoverMs)} ms`] };
}

async function killPostgres(cluster: Cluster): Promise<Failure> {
  await flow(cluster);
  const before = refusals(cluster);
  process.kill(cluster.postgres.pid(), 'SIGKILL');
  await sleep(2_000);
  cluster.postgres.start();
  const takeoverMs = await deliveredAgain(cluster);
  await flow(cluster);
  const refused = refusals(cluster) - before;
  if (refused === 0) throw new Error('nothing was answered 503 while the database was away');
  return { notes: [`${refused} answers 503, delivered again ${Math.round(takeoverMs)} ms after its start`] };
}

async function cutConnections(cluster: Cluster, times: number): Promise<Failure> {
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  await client.connect();
  try {
    let cut = 0;
    for (let time = 0; time < times; time++) {
      await flow(cluster, 50);
      const { rowCount } = await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
      );
      cut += rowCount ?? 0;
    }
    await flow(cluster);
    return { notes: [`${cut} connections cut`] };
  } finally {
    await client.end();
  }
}

export const phases = (kills: number): Phase[] => [
  ...Array.from(
    { length: kills },
    (_, kill): Phase => [
      `kill -9 of collector ${(kill % 2) + 1}`,
      (cluster) => killCollector(cluster, kill % 2),
    ],
  ),
  ['a collector that stands still for longer than others wait', stallCollector],
  ['kill -9 of PostgreSQL, and its recovery', killPostgres],
  ['every connection cut, 10 times', (cluster) => cutConnections(cluster, 10)],
];
