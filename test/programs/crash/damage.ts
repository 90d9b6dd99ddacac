import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cut, flip, holdWal, trimWal } from '../../support/damage.ts';
import { APIS, createFleet, type Fleet } from '../../support/fleet.ts';
import { PLAIN_FROM } from '../../support/fleet-messages.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

interface Damage {
  /** What happened to the disk. */
  what: string;
  harm(directory: string): void;
  /** What it must come to: the lost range is named, nothing is lost, or the start is refused in words. */
  expected: 'named' | 'whole' | 'refused';
}

const WAL = 'store.db-wal';
export const DAMAGES: readonly Damage[] = [
  { what: 'tail cut off', harm: (at) => cut(join(at, WAL), 0.6), expected: 'named' },
  { what: 'tail bit-flipped', harm: (at) => flip(join(at, WAL), 0.8), expected: 'named' },
  { what: 'write-ahead log deleted', harm: (at) => rmSync(join(at, WAL)), expected: 'named' },
  {
    what: 'mark overwritten',
    harm: (at) => writeFileSync(join(at, 'store.mark'), 'noise'),
    expected: 'whole',
  },
  { what: 'database cut in half', harm: cutDatabase, expected: 'refused' },
];

function cutDatabase(at: string): void {
  rmSync(join(at, WAL));
  cut(join(at, 'store.db'), 0.5);
}

/** A log that died with events in its write-ahead log alone, damaged in several ways, each on a copy of its own. */
export async function damageTheDisk(run: Run, damages = DAMAGES): Promise<Outcome[]> {
  const { directory, answered } = await diedDirectory(run);
  try {
    const outcomes: Outcome[] = [];
    for (const damage of damages) outcomes.push(await startDamaged(run, directory, answered, damage));
    return outcomes;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** No destination took anything, and a reader kept the newest events from being copied into the database. */
async function diedDirectory(run: Run): Promise<{ directory: string; answered: ReadonlySet<number> }> {
  const fleet = await createFleet({ sabotage: run.sabotage });
  for (const api of APIS) await fleet.sandbox.stop(api);
  try {
    await fleet.start();
    const traffic = fleet.traffic({ from: PLAIN_FROM });
    await traffic.reached(150);
    const release = holdWal(fleet.dataDir);
    await traffic.reached(traffic.answered.size + 250);
    await traffic.stop();
    await fleet.collector().end('SIGKILL');
    const directory = copyOf(fleet.dataDir);
    trimWal(join(directory, WAL));
    release();
    return { directory, answered: traffic.answered };
  } finally {
    await fleet.close();
  }
}

function copyOf(directory: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  for (const name of ['store.db', WAL, 'store.mark', 'analytics.db', 'analytics.db-wal'])
    if (existsSync(join(directory, name))) cpSync(join(directory, name), join(copy, name));
  return copy;
}

async function startDamaged(
  run: Run,
  directory: string,
  answered: ReadonlySet<number>,
  { what, harm, expected }: Damage,
): Promise<Outcome> {
  const dataDir = copyOf(directory);
  harm(dataDir);
  const fleet = await createFleet({ sabotage: run.sabotage, dataDir });
  const phase = `damage, ${what}`;
  try {
    if (expected === 'refused') return await expectRefusal(fleet, phase);
    const collector = await fleet.start();
    const { log } = await collector.status();
    const said = collector.said();
    const named = (log?.gaps ?? []).reduce((sum, { from, to }) => sum + to - from + 1, 0);
    const before = await fleet.delivered(answered);
    const gone = before.by.customerio.lost.length;
    const problems: (string | false)[] = [
      gone > named && `${gone} events are gone, ${named} are named`,
      gone < named && `${named} events are named as missing, ${gone} are`,
      expected === 'named' && gone === 0 && 'the damage hit nothing: this proves nothing',
      expected === 'named' &&
        !said.includes('events stored earlier are missing') &&
        'the log line is missing',
      expected === 'whole' && !said.includes('store.mark is missing or damaged') && 'the log line is missing',
    ];
    // It goes on as ever: what comes now is taken and delivered.
    const traffic = fleet.traffic({ from: 1_000_000, events: 100 });
    await traffic.done;
    const outcome = await evaluate(fleet, traffic, {
      phase,
      kills: 1,
      isOnce: true,
      notes: [`${gone} of ${answered.size} events gone with the file, ${named} named as missing`],
      problems: problems.filter((problem) => problem !== false),
    });
    return { ...outcome, accepted: outcome.accepted + answered.size - gone };
  } finally {
    await fleet.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Ends by itself, not well, and says in words what an operator can do: again and again the same. */
async function expectRefusal(fleet: Fleet, phase: string): Promise<Outcome> {
  const problems: string[] = [];
  for (let time = 0; time < 2; time++) {
    const collector = fleet.launch();
    const { code } = await collector.ended();
    const said = collector.said();
    if (code !== 1) problems.push(`ended with code ${code}`);
    if (!/is damaged or not a database .*Restore it from a backup, or move it away/.test(said))
      problems.push(`said: ${said.slice(0, 200)}`);
  }
  return {
    ...(await fleet.reconcile([])),
    phase,
    kills: 0,
    accepted: 0,
    notes: ['refused in words'],
    problems,
  };
}
