import { APIS } from '../../support/fleet-tally.ts';
import { query } from '../../support/postgres-client.ts';
import type { Cluster } from './cluster.ts';

/** What one failure came to, beside what is held against all of them. */
export interface Failure {
  notes: string[];
  /** How long after the failure each destination was sent something again, ms. */
  takeoverMs?: number;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** When each destination was sent something again, in words and as the latest. */
interface Again {
  takeoverMs: number;
  words: string;
}

/** Resolves once every destination has received something. */
export function deliveredAgain({ sandbox }: Cluster): Promise<Again> {
  const startedAtMs = performance.now();
  const afterMs = new Map<string, number>();
  return new Promise((resolve) => {
    const stop = sandbox.onReceived(({ api, accepted }) => {
      if (accepted.length === 0 || afterMs.has(api)) return;
      afterMs.set(api, Math.round(performance.now() - startedAtMs));
      if (afterMs.size < APIS.length) return;
      stop();
      const words = [...afterMs].map(([name, ms]) => `${name} after ${ms} ms`).join(', ');
      resolve({ takeoverMs: Math.max(...afterMs.values()), words: `delivered again: ${words}` });
    });
  });
}

/** Some time of both streams. */
export async function flow({ traffics }: Cluster, events = 300): Promise<void> {
  await Promise.all(traffics.map((traffic) => traffic.reached(traffic.answered.size + events)));
}

/** How often both streams were refused while something was away. */
export const refusals = ({ traffics }: Cluster) => traffics.reduce((sum, { refused }) => sum + refused, 0);

export async function killCollector(cluster: Cluster, place: number): Promise<Failure> {
  await flow(cluster);
  await cluster.collectors[place]?.end('SIGKILL');
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await cluster.restart(place);
  await flow(cluster);
  return { takeoverMs, notes: [words] };
}

export async function stallCollector(cluster: Cluster): Promise<Failure> {
  await flow(cluster);
  const pid = cluster.collectors[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await sleep(12_000);
  process.kill(pid, 'SIGCONT');
  await flow(cluster);
  return { takeoverMs, notes: [words] };
}

export async function killPostgres(cluster: Cluster): Promise<Failure> {
  await flow(cluster);
  const before = refusals(cluster);
  process.kill(cluster.postgres.pid(), 'SIGKILL');
  await sleep(2_000);
  cluster.postgres.start();
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await flow(cluster);
  return { takeoverMs, notes: [refused(cluster, before), words] };
}

/** @param before `refusals` before the failure. @throws when nothing was refused. */
export function refused(cluster: Cluster, before: number): string {
  const count = refusals(cluster) - before;
  if (count === 0) throw new Error('nothing was answered 503 while nothing could be stored');
  return `${count} answers 503`;
}

export async function cutConnections(cluster: Cluster, times: number): Promise<Failure> {
  let cut = 0;
  for (let time = 0; time < times; time++) {
    await flow(cluster, 50);
    const ended = await query(
      cluster.postgres.url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    );
    cut += ended.length;
  }
  await flow(cluster);
  return { notes: [`${cut} connections cut`] };
}

/** Everything takes longer, and nothing else changes. */
export async function slowConnections(cluster: Cluster, delayMs: number): Promise<Failure> {
  const before = refusals(cluster);
  cluster.proxy.slowDown(delayMs);
  await flow(cluster);
  const { words } = await deliveredAgain(cluster);
  cluster.proxy.slowDown(0);
  await flow(cluster);
  return {
    notes: [`${refusals(cluster) - before} answers 503`, words],
  };
}
