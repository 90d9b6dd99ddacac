import { parseArgs } from 'node:util';
import { seededRandom } from '../support/fleet.ts';
import { findSabotage, SABOTAGES } from '../support/sabotage.ts';
import { stepTheClock } from './clock.ts';
import { damageTheDisk } from './damage.ts';
import { countSyncs } from './fsync.ts';
import { boundedDisk, fillTheDisk, mountedDisk } from './full-disk.ts';
import { killAtRandom } from './kills.ts';
import { describeAll, describePhase, type Outcome, type Run } from './outcome.ts';
import { askToStop } from './sigterm.ts';

const USAGE = `npm run crash -- [--kills N] [--seed S] [--sabotage NAME]

Breaks a running collector in every way it promises to survive, and holds what it answered 200 against what arrived.
  --kills N        how often it is killed with SIGKILL (50)
  --seed S         of the random moments; printed, so that a red run can be repeated
  --sabotage NAME  breaks a promise on purpose; the program must then fail:
${Object.entries(SABOTAGES)
  .map(([name, { broken }]) => `                   ${name}: ${broken}\n`)
  .join('')}`;

/** Far more than a phase takes, and a kill in it, on a busy machine. */
const PHASE_MS = 240_000;
const KILL_MS = 20_000;

interface Options {
  kills: number;
  seed: number;
  sabotage: string | undefined;
}

/** @throws in words, for what was typed wrong. */
function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!Number.isInteger(kills) || kills < 0 || !Number.isInteger(seed) || seed < 0)
    throw new Error('--kills and --seed want whole numbers');
  if (values.sabotage !== undefined) findSabotage(values.sabotage);
  return { kills, seed, sabotage: values.sabotage };
}

type Phase = () => Promise<Outcome | Outcome[]>;

function phases(run: Run, kills: number): Phase[] {
  return [
    () => countSyncs(run),
    () => killAtRandom(run, kills),
    () => askToStop(run, 5),
    async () => {
      const mounted = mountedDisk();
      return mounted ? fillTheDisk(run, mounted) : [];
    },
    () => fillTheDisk(run, boundedDisk()),
    () => damageTheDisk(run),
    () => stepTheClock(run),
  ];
}

/** A collector that answers nobody any more must not keep this program waiting for ever. */
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no end after ${limitMs / 1000} s`)), limitMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** Runs every phase, whatever the one before came to; answers the exit code. */
async function crash({ kills, seed, sabotage }: Options): Promise<number> {
  process.stdout.write(`seed ${seed}${sabotage ? `, sabotage ${sabotage}` : ''}\n`);
  const outcomes: Outcome[] = [];
  let broken = 0;
  for (const phase of phases({ sabotage, random: seededRandom(seed) }, kills))
    try {
      for (const outcome of [await inTime(phase(), PHASE_MS + kills * KILL_MS)].flat()) {
        process.stdout.write(`${describePhase(outcome)}\n`);
        outcomes.push(outcome);
        if (outcome.problems.length > 0) broken++;
      }
    } catch (error) {
      process.stdout.write(`BROKEN: ${String(error)}\n`);
      broken++;
    }
  const verdict = broken === 0 ? 'every promise held' : `${broken} phases broke a promise`;
  process.stdout.write(`\n${describeAll(outcomes)}: ${verdict}\n`);
  return broken === 0 ? 0 : 1;
}

try {
  const options = readOptions();
  if (options === 'help') process.stdout.write(USAGE);
  else process.exit(await crash(options));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 2;
}
