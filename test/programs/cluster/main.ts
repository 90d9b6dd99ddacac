import { waitingProblem } from '../../support/fleet-drain.ts';
import { type Program, type ProgramOptions, runProgram } from '../../support/program.ts';
import type { Progress } from '../../support/progress.ts';
import type { Cluster } from './cluster.ts';
import { type Failures, scenarios } from './scenarios.ts';

const PROGRAM: Program = {
  name: 'cluster-test',
  about:
    'Two collectors on a real PostgreSQL, a stream to each: breaks both in every way they promise to survive, and holds what was answered 200 against what arrived.',
  amount: {
    option: 'kills',
    what: 'how often a collector is killed with SIGKILL (4)',
    usual: 4,
    least: 0,
    most: 1_000,
    isWhole: true,
  },
};
const TAKEOVER_MS = 15_000;
/** Far more than a failure takes on a busy machine. */
const FAILURE_MS = 240_000;

async function conclude(cluster: Cluster, progress: Progress): Promise<string[]> {
  progress.doing(() => 'waiting until nothing waits any more');
  const found = await cluster.settle();
  const accepted = cluster.traffics.reduce((sum, { answered }) => sum + answered.size, 0);
  const unrecognized = cluster.traffics.reduce((sum, traffic) => sum + traffic.unrecognized, 0);
  progress.say(
    `accepted ${accepted}, delivered ${found.received}, lost ${found.lost}, repeated ${found.repeatedSame} alike and ${found.repeatedDifferent} with a difference`,
  );
  const problems = [
    waitingProblem(found),
    found.lost > 0 && `lost: ${found.lost} deliveries of events that were answered 200`,
    found.repeatedDifferent > 0 && `repeated with a difference: ${found.repeatedDifferent} deliveries`,
    unrecognized > 0 && `stored twice: ${unrecognized} events answered as if never seen`,
    ...cluster.traffics.map(({ problems: [first] }) => first && `answered badly: ${first}`),
  ];
  return problems.filter((problem) => typeof problem === 'string');
}

/** One after the other; resolves with what broke. */
async function befall(cluster: Cluster, failures: Failures, progress: Progress): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, work] of failures) {
    progress.doing(() => name);
    const { notes, takeoverMs = 0 } = await inTime(work(cluster), name);
    const isLate = takeoverMs > TAKEOVER_MS;
    if (isLate) problems.push(`${name}: others took over after ${Math.round(takeoverMs)} ms`);
    progress.say(`${name}: ${notes.join('; ')}: ${isLate ? 'BROKEN' : 'holds'}`);
  }
  return [...problems, ...(await conclude(cluster, progress))];
}

async function run({ amount }: ProgramOptions, progress: Progress): Promise<boolean> {
  const problems: string[] = [];
  for (const start of scenarios(amount)) {
    progress.doing(() => 'starting PostgreSQL and two collectors');
    const started = await start();
    if (typeof started === 'string') {
      progress.say(started);
      continue;
    }
    const { cluster, failures, remove } = started;
    try {
      problems.push(...(await befall(cluster, failures, progress)));
    } catch (error) {
      const said = cluster.collectors.map((collector) => collector.said().slice(-2_000)).join('\n');
      progress.say(`BROKEN: ${String(error)}\n${said}`);
      problems.push(String(error));
    } finally {
      await cluster.close();
      remove?.();
    }
  }
  progress.say(problems.length === 0 ? 'every promise held' : `BROKEN: ${problems.join('; ')}`);
  return problems.length === 0;
}

/** Ends the wait for what no longer moves. */
async function inTime<T>(work: Promise<T>, name: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${name}: no end after ${FAILURE_MS / 1000} s`)),
    FAILURE_MS,
  );
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

await runProgram(PROGRAM, run);
