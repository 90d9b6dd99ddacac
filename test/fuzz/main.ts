import { parseArgs } from 'node:util';
import { SABOTAGES } from '../support/sabotage.ts';
import { type FuzzOutcome, fuzz } from './run.ts';

const USAGE = `npm run fuzz -- [--bodies N] [--seed S] [--sabotage NAME]

Sends a collector whatever senders may come up with, kills it now and then, and reads its log afterwards.
  --bodies N       how many requests are made up (100000)
  --seed S         of everything that is random; printed, so that a red run can be repeated
  --sabotage NAME  breaks a promise on purpose; the program must then fail:
${Object.entries(SABOTAGES)
  .map(([name, { broken }]) => `                   ${name}: ${broken}\n`)
  .join('')}`;
const LIMIT_MS = 30 * 60_000;

/** The whole run in one line. */
export function describeFuzz({ statuses, peakRssBytes, problems, ...figures }: FuzzOutcome): string {
  const classes = Object.entries(statuses)
    .toSorted()
    .map(([kind, count]) => `${kind} ${count}`);
  const verdict = problems.length === 0 ? 'every promise held' : `${problems.length} promises broken`;
  return (
    `${figures.bodies} bodies, ${classes.join(', ')}, ${figures.accepted} accepted, ${figures.stored} stored, ` +
    `${figures.crashes} crashes, peak RSS ${Math.round(peakRssBytes / 2 ** 20)} MB, seed ${figures.seed}: ${verdict}`
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bodies: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { seed, bodies, sabotage } = values;
  process.stdout.write(`seed ${seed}${sabotage ? `, sabotage ${sabotage}` : ''}\n`);
  const outcome = await fuzz({
    bodies: Number(bodies),
    seed: Number(seed),
    kills: 5,
    sabotage,
    limitMs: LIMIT_MS,
  });
  for (const problem of outcome.problems) process.stdout.write(`BROKEN: ${problem}\n`);
  process.stdout.write(`\n${describeFuzz(outcome)}\n`);
  process.exitCode = outcome.problems.length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
