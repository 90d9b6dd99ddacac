import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdWal } from '../../support/damage.ts';
import { eventually } from '../../support/eventually.ts';
import { APIS, createFleet, type Fleet } from '../../support/fleet.ts';
import { waitingProblem } from '../../support/fleet-drain.ts';
import { PLAIN_FROM } from '../../support/fleet-messages.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

/** Whole orders: a backup between two reports of one has the first alone, of which something else is delivered. */
const ORDERS = { from: 0, events: 300 };
/** From the moment its folder is there a backup of so few events takes about as long: most kills find it under way. */
const COPYING_MS = { sqlite: 300, postgres: 1_000 };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Backups of a running collector, which is killed and started again during each. It delivers everything later, and its disk is lost;
 * another one starts on the last backup, restored to an empty data directory or an empty database. No destination accepted
 * anything by the time of the backup, so the other one delivers what was accepted before it began: all of it, once, as
 * the first one did, and nothing more when clients send it again.
 */
export async function restoreBackup(run: Run, backups: number): Promise<Outcome> {
  const { sabotage, server } = run;
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  const folder = join(directory, `${backups}`);
  const fleet = await createFleet({ sabotage, server });
  const { sandbox } = fleet;
  try {
    const { accepted, problem } = await backUp(run, fleet, directory, backups);
    const restored = await createFleet({ sabotage, server, sandbox, dataDir: join(directory, 'data') });
    try {
      await restored.command('restore', folder);
      if (server) await restored.command('migrate', '--to', 'postgres');
      const collector = await restored.start();
      const { lost } = await restored.delivered(accepted);
      const { log } = await collector.status();
      const again = restored.traffic(ORDERS);
      await again.done;
      const outcome = await evaluate(restored, again, { phase: 'backup', kills: backups, isOnce: true });
      // Of both collectors.
      const { repeatedSame, repeatedDifferent } = await fleet.reconcile([]);
      const problems: (string | false | undefined)[] = [
        problem,
        lost > 0 && `not in the backup: ${lost} deliveries of events that were answered 200 before it began`,
        repeatedDifferent > 0 && `sent by both with a difference: ${repeatedDifferent} deliveries`,
        repeatedSame === 0 && 'the restored collector repeated nothing: this proves nothing',
        (log?.gaps ?? []).length > 0 && `a whole backup is reported as ${JSON.stringify(log?.gaps)}`,
      ];
      return {
        ...outcome,
        accepted: accepted.length,
        notes: [`${repeatedSame} delivered alike by the restored collector`],
        problems: [...problems.filter((found) => typeof found === 'string'), ...outcome.problems],
      };
    } finally {
      await restored.close();
    }
  } finally {
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Backs up into folders named by number, beginning with 1. At the end everything is delivered and the collector has ended.
 *
 * @returns numbers of the events that were answered 200 before the last backup began, and what was not delivered, in words.
 */
async function backUp(
  { random, server }: Run,
  fleet: Fleet,
  directory: string,
  backups: number,
): Promise<{ accepted: number[]; problem: string | undefined }> {
  for (const api of APIS) await fleet.sandbox.stop(api);
  await fleet.start();
  const orders = fleet.traffic(ORDERS);
  await orders.done;
  const traffic = fleet.traffic({ from: PLAIN_FROM, eventsPerSecond: 100 });
  const release = server ? () => {} : holdWal(fleet.dataDir);
  let accepted: number[] = [];
  for (let backup = 1; backup <= backups; backup++) {
    await traffic.reached(traffic.answered.size + 50);
    const folder = join(directory, `${backup}`);
    const hasBegun = () => {
      const answered = [...orders.answered, ...traffic.answered];
      if (existsSync(folder)) return true;
      accepted = answered;
      return false;
    };
    const killed = async () => {
      await eventually(hasBegun, Boolean);
      await sleep(random() * COPYING_MS[server ? 'postgres' : 'sqlite']);
      await fleet.collector().end('SIGKILL');
      await fleet.start();
    };
    await Promise.all([fleet.command('backup', folder), killed()]);
  }
  release();
  await traffic.stop();
  for (const api of APIS) await fleet.sandbox.restart(api);
  const found = await fleet.delivered([...orders.answered, ...traffic.answered]);
  await fleet.collector().end('SIGKILL');
  const problem =
    found.lost > 0 ? `lost before the disk was: ${found.lost} deliveries` : waitingProblem(found);
  return { accepted, problem };
}
