import { ENGINES } from '../../support/database-server.ts';
import { seededRandom } from '../../support/fleet.ts';
import { type Program, type ProgramOptions, runProgram } from '../../support/program.ts';
import type { Progress } from '../../support/progress.ts';
import { restoreBackup } from './backup.ts';
import { stepTheClock } from './clock.ts';
import { damageTheDisk } from './damage.ts';
import { countSyncs } from './fsync.ts';
import { boundedDisk, fillTheDisk, mountedDisk } from './full-disk.ts';
import { killAtRandom } from './kills.ts';
import { describeAll, describePhase, type Outcome, type Run } from './outcome.ts';
import { askToStop } from './sigterm.ts';

const PROGRAM: Program = {
  name: 'crash',
  about:
    'Breaks a running collector in every way it promises to survive, and holds what it answered 200 against what arrived.',
  amount: {
    option: 'kills',
    what: 'how often it is killed with SIGKILL (50)',
    usual: 50,
    least: 0,
    most: 10_000,
    isWhole: true,
  },
  engines: ENGINES,
};

/** Far more than a phase, or one kill, takes on a busy machine. */
const PHASE_MS = 240_000;
const KILL_MS = 20_000;

type Phase = [name: string, work: () => Promise<Outcome | Outcome[]>];

const phases = (run: Run, kills: number): Phase[] => [
  ['counting fsyncs', () => countSyncs(run)],
  [`SIGKILL, ${kills} times`, () => killAtRandom(run, kills)],
  ['SIGTERM, 5 times', () => askToStop(run, 5)],
  ['2 backups, the last restored', () => restoreBackup(run, 2)],
  ['stepped clocks', () => stepTheClock(run)],
  ...(run.server ? [] : ofFiles(run)),
];

/** What PostgreSQL's own files may come to is PostgreSQL's affair. */
const ofFiles = (run: Run): Phase[] => [
  [
    'a full disk, mounted',
    async () => {
      const mounted = mountedDisk();
      return mounted ? fillTheDisk(run, mounted) : [];
    },
  ],
  ['a full disk, bounded', () => fillTheDisk(run, boundedDisk())],
  ['damaged files', () => damageTheDisk(run)],
];

/** Ends the wait for a collector that no longer answers. */
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no end after ${limitMs / 1000} s`)), limitMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** Runs every phase, also after one has failed. */
async function crash(
  { amount: kills, seed, sabotage, server }: ProgramOptions,
  progress: Progress,
): Promise<boolean> {
  const outcomes: Outcome[] = [];
  let broken = 0;
  for (const [name, work] of phases({ sabotage, server, random: seededRandom(seed), progress }, kills))
    try {
      progress.doing(() => name);
      for (const outcome of [await inTime(work(), PHASE_MS + kills * KILL_MS)].flat()) {
        progress.say(describePhase(outcome));
        outcomes.push(outcome);
        if (outcome.problems.length > 0) broken++;
      }
    } catch (error) {
      progress.say(`BROKEN: ${String(error)}`);
      broken++;
    }
  const conclusion = broken === 0 ? 'every promise held' : `${broken} phases broke a promise`;
  progress.say(`\n${describeAll(outcomes)}: ${conclusion}`);
  return broken === 0;
}

await runProgram(PROGRAM, crash);
