import pg from 'pg';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { SmallDisk } from '../../support/small-disk.ts';
import type { Cluster } from './cluster.ts';
import { deliveredAgain, type Failure, flow, refusals, sleep } from './failures.ts';

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
  return { takeoverMs, notes: [...refused(cluster, before), words] };
}

/** Nothing more is stored until there is room; a server that ended is started by the operator. */
export async function fillDisk(cluster: Cluster, disk: SmallDisk): Promise<Failure> {
  await flow(cluster);
  const before = refusals(cluster);
  disk.fill(LEFT_BYTES);
  while (refusals(cluster) - before < 100) await sleep(100);
  const notes = refused(cluster, before);
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
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  await client.connect();
  const move = (by: number) =>
    client.query(`UPDATE storebeacon.log_state SET schema_version = schema_version + ${by}`);
  try {
    const before = refusals(cluster);
    await move(1);
    await sleep(2_000);
    const { rows } = await client.query('SELECT version FROM storebeacon.log_state');
    await sleep(1_000);
    const { rows: later } = await client.query('SELECT version FROM storebeacon.log_state');
    if (rows[0].version !== later[0].version)
      throw new Error('collectors of another version wrote into migrated tables');
    await move(-1);
    const { takeoverMs, words } = await deliveredAgain(cluster);
    await flow(cluster);
    return { takeoverMs, notes: [...refused(cluster, before), words] };
  } finally {
    await client.end();
  }
}

function refused(cluster: Cluster, before: number): string[] {
  const count = refusals(cluster) - before;
  if (count === 0) throw new Error('nothing was answered 503 while nothing could be stored');
  return [`${count} answers 503`];
}
