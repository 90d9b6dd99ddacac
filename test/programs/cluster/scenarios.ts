import { startPostgres } from '../../support/postgres-server.ts';
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

export type Failures = [name: string, work: (cluster: Cluster) => Promise<Failure>][];
/** A cluster of its own, and what befalls it, one after the other. */
export interface Started {
  cluster: Cluster;
  failures: Failures;
  /** What `close` of the cluster leaves. */
  remove?(): void;
}
/** Resolves with why it cannot be run here. */
export type Scenario = () => Promise<Started | string>;

const DISK_BYTES = 320 * 1024 * 1024;
/** So that the small disk holds it. */
const SMALL = { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: '0' };

export const scenarios = (kills: number): Scenario[] => [
  async () => ({
    cluster: await startCluster(await startPostgres()),
    failures: [
      ...Array.from({ length: kills }, (_, kill): Failures[number] => [
        `kill -9 of collector ${(kill % 2) + 1}`,
        (cluster) => killCollector(cluster, kill % 2),
      ]),
      ['a collector that stands still for longer than others wait', stallCollector],
      ['kill -9 of PostgreSQL, and its recovery', killPostgres],
      ['every connection cut, 10 times', (cluster) => cutConnections(cluster, 10)],
      ['5 ms more on every way to PostgreSQL and back', (cluster) => slowConnections(cluster, 5)],
      ['another version migrates the tables while both run', migrateUnderway],
    ],
  }),
  async () => {
    const primary = await startPostgres();
    const standby = await primary.startStandby();
    return {
      cluster: await startCluster(primary),
      failures: [
        [
          'kill -9 of the primary, its synchronous standby promoted',
          (cluster) => promoteStandby(cluster, standby),
        ],
      ],
    };
  },
  async () => {
    const disk = mountSmallDisk(DISK_BYTES);
    if (!disk) return "PostgreSQL's disk is full: not run, as this user may not mount a small file system";
    return {
      cluster: await startCluster(await startPostgres(SMALL, disk.folder)),
      failures: [["PostgreSQL's disk is full", (cluster) => fillDisk(cluster, disk)]],
      remove: disk.remove,
    };
  },
];
