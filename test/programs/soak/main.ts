import { ENGINES } from '../../support/database-server.ts';
import { type Program, runProgram } from '../../support/program.ts';
import { describeSoak, soak } from './run.ts';

const PROGRAM: Program = {
  name: 'soak',
  about:
    'Keeps a collector under mixed load with faults of its APIs and kills of its process, then counts what arrived.',
  amount: {
    option: 'minutes',
    what: 'how long (10, at most 600)',
    usual: 10,
    least: 0.1,
    most: 600,
    isWhole: false,
  },
  engines: ENGINES,
};

await runProgram(PROGRAM, async ({ amount: minutes, seed, sabotage, server }, progress) => {
  const outcome = await soak({ durationMs: minutes * 60_000, seed, sabotage, server, progress });
  for (const problem of outcome.problems) progress.say(`BROKEN: ${problem}`);
  progress.say(`\n${describeSoak(outcome)}`);
  return outcome.problems.length === 0;
});
