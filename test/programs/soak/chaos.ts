import type { Api, Fault } from '../../../server/sandbox/index.ts';
import { APIS, type Fleet } from '../../support/fleet.ts';
import { killPostgres } from '../../support/postgres-kill.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';

/** Faults after which a retry succeeds: none of them may lose an event. */
const FAULTS: readonly Fault[] = [
  { delayMs: 300 },
  { status: 500 },
  { status: 502, body: '<html>Bad gateway</html>' },
  { status: 429, headers: { 'retry-after': '1' } },
  { reset: 'before-answer' },
  { status: 200, body: { data: 'x'.repeat(500) }, reset: 'mid-body' },
  { body: '<html>It works!</html>' },
  { reset: 'before-answer', after: 'accept', times: 1 },
];
const STOP_WITHIN_MS = 25_000;

/** What was broken so far. */
export interface Chaos {
  kills: number;
  terminations: number;
  /** SIGKILLs of PostgreSQL. */
  databaseKills: number;
  faults: number;
  /** Stops that did not end as promised, in words. */
  problems: string[];
}

export interface ChaosOptions {
  fleet: Fleet;
  /** Is killed, too. */
  postgres?: PostgresServer | undefined;
  /** 0 ≤ random < 1. */
  random: () => number;
  /** Kills end at the first, faults at the second, both counted from now without the time that a collector needs to start. */
  killsMs: number;
  faultsMs: number;
  /** Called for every new process. */
  onStarted: () => void;
}

/** Kills the collector now and then and causes faults of the APIs; resolves when all faults are over. */
export async function breakThings({
  fleet,
  postgres,
  random,
  killsMs,
  faultsMs,
  onStarted,
}: ChaosOptions): Promise<Chaos> {
  const chaos: Chaos = { kills: 0, terminations: 0, databaseKills: 0, faults: 0, problems: [] };
  const startedAtMs = performance.now();
  let startingMs = 0;
  const leftMs = (endMs: number) => endMs - (performance.now() - startedAtMs - startingMs);
  const between = (from: number, to: number) => from + random() * (to - from);
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));

  const kill = async () => {
    while (leftMs(killsMs) > 0) {
      await pause(Math.min(between(killsMs * 0.03, killsMs * 0.12), leftMs(killsMs)));
      if (postgres && chaos.kills > chaos.databaseKills) {
        chaos.databaseKills++;
        await killPostgres(postgres);
        continue;
      }
      if (chaos.kills === 0 || random() < 0.6) {
        chaos.kills++;
        await fleet.collector().end('SIGKILL');
      } else {
        chaos.terminations++;
        const askedAtMs = performance.now();
        const { code, signal } = await fleet.collector().end('SIGTERM');
        if (code !== 0) chaos.problems.push(`asked to stop, it ended with code ${code}, signal ${signal}`);
        if (performance.now() - askedAtMs > STOP_WITHIN_MS) chaos.problems.push('a stop took too long');
      }
      const endedAtMs = performance.now();
      await fleet.start();
      startingMs += performance.now() - endedAtMs;
      onStarted();
    }
  };
  const breakApis = async () => {
    while (leftMs(faultsMs) > 0) {
      const api = APIS[Math.floor(random() * APIS.length)] as Api;
      const isDown = random() < 0.2;
      chaos.faults++;
      if (isDown) await fleet.sandbox.stop(api);
      else fleet.sandbox.setFaults(api, FAULTS[Math.floor(random() * FAULTS.length)]);
      await pause(Math.min(between(300, 3_000), leftMs(faultsMs)));
      if (isDown) await fleet.sandbox.restart(api);
      else fleet.sandbox.setFaults(api, undefined);
      await pause(Math.min(between(300, 4_000), leftMs(faultsMs)));
    }
  };
  await Promise.all([kill(), breakApis()]);
  return chaos;
}
