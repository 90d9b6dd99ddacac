import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { APIS, createFleet, type Fleet, type Traffic } from '../../support/fleet.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

/** A place for a data directory that can be full and can be given room again. */
interface Disk {
  kind: string;
  dataDir: string;
  /** Runs the collector so that this disk's bound holds for it. */
  wrap: readonly string[];
  fill(): void;
  freeDisk(fleet: Fleet): Promise<void>;
  remove(): void;
}

const MOUNT_BYTES = 24 * 1024 * 1024;
const LEFT_BYTES = 2 * 1024 * 1024;
/** Of each file the process writes, in the 512-byte blocks of `ulimit -f`. */
const FILE_BLOCKS = 2048;
/** More events than a disk that is full can take, whatever room checkpoints give back. */
const MOST_EVENTS = 20_000;
/** A busy machine may take long to fill it. */
const REFUSES_WITHIN_MS = 10 * 60_000;

/** A small file system of its own; undefined where this user may not mount one. */
export function mountedDisk(): Disk | undefined {
  const disk = mountSmallDisk(MOUNT_BYTES);
  return (
    disk && {
      kind: 'a file system without room',
      dataDir: disk.folder,
      wrap: [],
      fill: () => disk.fill(LEFT_BYTES),
      async freeDisk(fleet) {
        disk.free();
        if (fleet.collector().hasEnded()) await fleet.start();
      },
      remove: disk.remove,
    }
  );
}

/** The operating system's bound on the size of a file, which everybody may set; it is lifted by a restart without it. */
export function boundedDisk(): Disk {
  const dataDir = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  return {
    kind: 'a bound on file sizes',
    dataDir,
    wrap: ['sh', '-c', `ulimit -f ${FILE_BLOCKS}; exec "$0" "$@"`],
    fill: () => {},
    async freeDisk(fleet) {
      await fleet.collector().end('SIGTERM');
      await fleet.start({ wrap: [] });
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/**
 * No destination takes anything while events come in until the disk is full: then 503 with `Retry-After`, nothing that
 * was answered 200 is lost, and once there is room everything goes on.
 */
export async function fillTheDisk(run: Run, disk: Disk): Promise<Outcome> {
  const fleet = await createFleet({ sabotage: run.sabotage, dataDir: disk.dataDir, wrap: disk.wrap });
  const problems: string[] = [];
  try {
    for (const api of APIS) await fleet.sandbox.stop(api);
    await fleet.start();
    const refusals = new Set<string>();
    const traffic = fleet.traffic({
      onAnswer({ status, retryAfter }) {
        // 429 is about a rate, whatever the disk is.
        if (status !== 200 && status !== 429) refusals.add(`${status}, Retry-After ${retryAfter}`);
      },
    });
    await traffic.reached(200);
    disk.fill();
    await refusing(traffic);
    if (refusals.size === 0) problems.push('a full disk was answered by no 503');
    for (const refusal of refusals)
      if (!/^503, Retry-After \d+$/.test(refusal)) problems.push(`a full disk was answered ${refusal}`);
    const atFull = traffic.answered.size;
    await restartOnFullDisk(fleet, problems);
    for (const api of APIS) await fleet.sandbox.restart(api);
    await disk.freeDisk(fleet);
    await traffic.reached(atFull + 200);
    if (traffic.answered.size < atFull + 200) problems.push('it did not go on once there was room');
    await traffic.stop();
    return await evaluate(fleet, traffic, {
      phase: `full disk, ${disk.kind}`,
      kills: 0,
      isOnce: true,
      notes: [`full after ${atFull} events, ${traffic.refused} requests refused meanwhile`],
      problems,
    });
  } finally {
    await fleet.close();
    disk.remove();
  }
}

/** Killed while the disk is full, it starts and keeps refusing events, or names what has to be fixed. */
async function restartOnFullDisk(fleet: Fleet, problems: string[]): Promise<void> {
  await fleet.collector().end('SIGKILL');
  const collector = fleet.launch();
  const hasSettled = async () => collector.hasEnded() || (await collector.isHealthy());
  await eventually(hasSettled, Boolean);
  if (collector.hasEnded() && !/Free some space/.test(collector.said()))
    problems.push(`started on a full disk, it said: ${collector.said().slice(0, 300)}`);
}

/** Until nothing was taken for a while. A checkpoint may give back some room later: then the disk is not full yet. */
async function refusing(traffic: Traffic): Promise<void> {
  const most = traffic.answered.size + MOST_EVENTS;
  let seen = -1;
  let since = 0;
  const isStuck = () => {
    if (traffic.answered.size !== seen) {
      seen = traffic.answered.size;
      since = traffic.refused;
    }
    if (seen > most) throw new Error('the disk is full, and events are still answered 200');
    return traffic.refused - since > 50;
  };
  await eventually(isStuck, Boolean, REFUSES_WITHIN_MS);
}
