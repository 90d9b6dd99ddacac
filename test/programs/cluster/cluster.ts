import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from '../../../server/config/variables.ts';
import { createSandbox, type Sandbox } from '../../../server/sandbox/index.ts';
import { drain } from '../../support/fleet-drain.ts';
import { SHOPLINE_EVENT_CODES } from '../../support/fleet-messages.ts';
import { type CollectorProcess, freePort, startProcess } from '../../support/fleet-process.ts';
import { FLEET_SHOP, voiceVariables } from '../../support/fleet-requests.ts';
import { createTally, type Reconciliation } from '../../support/fleet-tally.ts';
import { startTraffic, type Traffic } from '../../support/fleet-traffic.ts';
import { type PostgresProxy, startPostgresProxy } from '../../support/postgres-proxy.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { NO_LIMITS, shopVariables } from '../../support/shop.ts';

/** Numbers of the events of each collector's stream begin so far apart. */
const APART = 10_000_000;
const EVENTS_PER_SECOND = 100;
const STALL_MS = 90_000;

/** Two collectors on one PostgreSQL, a stream to each, and one sandbox behind both. */
export interface Cluster {
  sandbox: Sandbox;
  postgres: PostgresServer;
  /** Between the collectors and PostgreSQL. */
  proxy: PostgresProxy;
  collectors: readonly CollectorProcess[];
  traffics: readonly Traffic[];
  /** Starts the collector at this place anew, on its port. */
  restart(place: number): Promise<void>;
  /** Ends the streams and waits until nothing waits any more. */
  settle(): Promise<Reconciliation>;
  close(): Promise<void>;
}

/** The server is stopped and removed with the cluster. */
export async function startCluster(postgres: PostgresServer): Promise<Cluster> {
  const sandbox = await createSandbox();
  const tally = createTally(sandbox);
  const proxy = await startPostgresProxy(postgres.url);
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-cluster-'));
  const variables: Variables = {
    ...shopVariables(sandbox),
    ...voiceVariables(FLEET_SHOP),
    ...NO_LIMITS,
    SHOPLINE_EVENT_CODES,
    LOG_LEVEL: 'warn',
    DATABASE_URL: proxy.url,
  };
  const ports: number[] = [];
  const startAt = (place: number) =>
    startProcess({
      variables: { ...variables, PORT: String(ports[place]), DATA_DIR: join(directory, String(place)) },
      healthyWithinMs: 60_000,
    });
  const collectors: CollectorProcess[] = [];
  for (const place of [0, 1]) {
    // A port is free until its collector listens.
    ports.push(await freePort());
    collectors.push(await startAt(place));
  }
  const traffics = ports.map((port, place) =>
    startTraffic({
      base: `http://127.0.0.1:${port}`,
      from: place * APART,
      eventsPerSecond: EVENTS_PER_SECOND,
    }),
  );
  return {
    sandbox,
    postgres,
    proxy,
    collectors,
    traffics,
    async restart(place) {
      collectors[place] = await startAt(place);
    },
    async settle() {
      await Promise.all(traffics.map((traffic) => traffic.stop()));
      const answered = traffics.flatMap((traffic) => [...traffic.answered]);
      const status = async () => collectors[0]?.status();
      return drain({ status, reconcile: () => tally.reconcile(answered), stallMs: STALL_MS });
    },
    async close() {
      for (const traffic of traffics) traffic.abort();
      for (const collector of collectors) await collector.end('SIGKILL');
      tally.stop();
      await sandbox.close();
      proxy.close();
      if (postgres.isRunning()) postgres.stop('immediate');
      postgres.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
