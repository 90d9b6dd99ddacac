import { parseArgs } from 'node:util';
import { SABOTAGES } from '../support/sabotage.ts';
import { describeSoak, soak } from './run.ts';

const USAGE = `npm run soak -- [--minutes N] [--seed S] [--sabotage NAME]

Keeps a collector under mixed load while its APIs stumble and it is killed now and then, and counts what arrived.
  --minutes N      how long (10, at most 600)
  --seed S         of the random moments; printed, so that a red run can be repeated
  --sabotage NAME  breaks a promise on purpose; the program must then fail:
${Object.entries(SABOTAGES)
  .map(([name, { broken }]) => `                   ${name}: ${broken}\n`)
  .join('')}`;
const MAX_MINUTES = 600;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { minutes, seed, sabotage } = values;
  const durationMs = Math.min(Number(minutes), MAX_MINUTES) * 60_000;
  process.stdout.write(`seed ${seed}${sabotage ? `, sabotage ${sabotage}` : ''}\n`);
  const outcome = await soak({ durationMs, seed: Number(seed), sabotage });
  for (const problem of outcome.problems) process.stdout.write(`BROKEN: ${problem}\n`);
  process.stdout.write(`\n${describeSoak(outcome)}\n`);
  process.exitCode = outcome.problems.length === 0 ? 0 : 1;
}

await main();
