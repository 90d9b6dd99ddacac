import { query } from '../../support/postgres-client.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { SmallDisk } from '../../support/small-disk.ts';
import type { Cluster } from './cluster.ts';
import { deliveredAgain, type Failure, flow, refusals, refused, sleep } from './failures.ts';

/** Of a disk that is called full: less than the next segment of the write-ahead log takes. */
const LEFT_BYTES = 4 * 1024 * 1024;

/** The address of the primary becomes that of the standby, as behind a virtual address or a proxy. */
export async function promoteStandby(cluster: Cluster, standby: PostgresServer): Promise<Failure> {
  await flow(cluster);
  process.kill(cluster.postgres.pid(), 'SIGKILL');
  const before = refusals(cluster);
  await sleep(1_000);
  standby.promote();
  cluster.proxy.pointTo(standby.url);
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await flow(cluster);
  return { takeoverMs, notes: [refused(cluster, before), words] };
}

/** Nothing more is stored until there is room; a server that ended is started by the operator. */
export async function fillDisk(cluster: Cluster, disk: SmallDisk): Promise<Failure> {
  await flow(cluster);
  const before = refusals(cluster);
  disk.fill(LEFT_BYTES);
  while (refusals(cluster) - before < 100) await sleep(100);
  const notes = [refused(cluster, before)];
  disk.free();
  // After a failed write of its log it ends by itself, and waits for no more room.
  await sleep(1_000);
  if (!cluster.postgres.isRunning()) {
    notes.push('PostgreSQL had ended and was started again');
    cluster.postgres.start();
  }
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await flow(cluster);
  return { takeoverMs, notes: [...notes, words] };
}

/** Programs of this version store nothing in tables of another one. */
export async function migrateUnderway(cluster: Cluster): Promise<Failure> {
  await flow(cluster);
  const { url } = cluster.postgres;
  const move = (by: number) =>
    query(url, `UPDATE storebeacon.log_state SET schema_version = schema_version + ${by}`);
  const version = async () => (await query(url, 'SELECT version FROM storebeacon.log_state'))[0]?.version;
  const before = refusals(cluster);
  await move(1);
  await sleep(2_000);
  const found = await version();
  await sleep(1_000);
  if (found !== (await version()))
    throw new Error('collectors of another version wrote into migrated tables');
  await move(-1);
  const { takeoverMs, words } = await deliveredAgain(cluster);
  await flow(cluster);
  return { takeoverMs, notes: [refused(cluster, before), words] };
}
