import { waitingProblem } from '../../support/fleet-drain.ts';
import { type Program, type ProgramOptions, runProgram } from '../../support/program.ts';
import type { Progress } from '../../support/progress.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { phases } from './phases.ts';

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

async function run({ amount }: ProgramOptions, progress: Progress): Promise<boolean> {
  const cluster = await startCluster();
  const problems: string[] = [];
  try {
    for (const [name, work] of phases(amount)) {
      progress.doing(() => name);
      const { notes, takeoverMs = 0 } = await work(cluster);
      const isLate = takeoverMs > TAKEOVER_MS;
      if (isLate) problems.push(`${name}: others took over after ${Math.round(takeoverMs)} ms`);
      progress.say(`${name}: ${notes.join('; ')}: ${isLate ? 'BROKEN' : 'holds'}`);
    }
    problems.push(...(await conclude(cluster, progress)));
  } finally {
    await cluster.close();
  }
  progress.say(problems.length === 0 ? 'every promise held' : `BROKEN: ${problems.join('; ')}`);
  return problems.length === 0;
}

await runProgram(PROGRAM, run);
