import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { type Cluster, startCluster } from './cluster.ts';
import {
  cutConnections,
  type Failure,
  killCollector,
  killPostgres,
  slowConnections,
  stallCollector,
} from './failures.ts';
import { fillDisk, migrateUnderway, promoteStandby } from './failures-of-postgres.ts';

/** A cluster of its own, and what befalls it, one after the other. */
export interface Scenario {
  /** Undefined where this user may not set it up: why. */
  start(): Promise<Cluster | undefined>;
  failures: [name: string, work: (cluster: Cluster) => Promise<Failure>][];
  /** What `close` of the cluster leaves. */
  remove?(): void;
}

const DISK_BYTES = 320 * 1024 * 1024;
/** So that the small disk holds it. */
const SMALL = { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: '0' };

export function scenarios(kills: number): Scenario[] {
  const usual: Scenario = {
    start: async () => startCluster(await startPostgres()),
    failures: [
      ...Array.from({ length: kills }, (_, kill): Scenario['failures'][number] => [
        `kill -9 of collector ${(kill % 2) + 1}`,
        (cluster) => killCollector(cluster, kill % 2),
      ]),
      ['a collector that stands still for longer than others wait', stallCollector],
      ['kill -9 of PostgreSQL, and its recovery', killPostgres],
      ['every connection cut, 10 times', (cluster) => cutConnections(cluster, 10)],
      ['50 ms more on every way to PostgreSQL and back', (cluster) => slowConnections(cluster, 50)],
      ['another version migrates the tables while both run', migrateUnderway],
    ],
  };

  let standby: PostgresServer;
  const failover: Scenario = {
    async start() {
      const primary = await startPostgres();
      standby = await primary.startStandby();
      return startCluster(primary);
    },
    failures: [
      [
        'kill -9 of the primary, its synchronous standby promoted',
        (cluster) => promoteStandby(cluster, standby),
      ],
    ],
    remove: () => standby.stop('immediate'),
  };

  const disk = mountSmallDisk(DISK_BYTES);
  const fullDisk: Scenario = {
    start: async () => disk && startCluster(await startPostgres(SMALL, disk.folder)),
    failures: disk ? [["PostgreSQL's disk is full", (cluster) => fillDisk(cluster, disk)]] : [],
    remove: () => disk?.remove(),
  };
  return [usual, failover, fullDisk];
}
