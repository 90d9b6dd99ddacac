import { ENGINES } from '../../support/database-server.ts';
import { type Program, runProgram } from '../../support/program.ts';
import { type FuzzOutcome, fuzz } from './run.ts';

const PROGRAM: Program = {
  name: 'fuzz',
  about:
    'Sends a collector whatever senders may come up with, kills it now and then, and reads its log afterwards.',
  amount: {
    option: 'bodies',
    what: 'how many requests are made up (100000)',
    usual: 100_000,
    least: 1,
    most: 10_000_000,
    isWhole: true,
  },
  engines: ENGINES,
};
const LIMIT_MS = 30 * 60_000;

/** The whole run in one line. */
export function describeFuzz({
  statuses,
  orders,
  peakRssBytes,
  hostile,
  problems,
  ...figures
}: FuzzOutcome): string {
  const classes = Object.entries(statuses)
    .toSorted()
    .map(([kind, count]) => `${kind} ${count}`);
  const conclusion = problems.length === 0 ? 'every promise held' : `${problems.length} promises broken`;
  return (
    `${figures.bodies} bodies, ${classes.join(', ')}, ${figures.accepted} accepted, ${figures.stored} stored, ` +
    `${orders.orders} readable orders: ${orders.lost} lost, ${orders.changed} ids or amounts changed, ` +
    `${orders.leftOut} plain ones left out, ${orders.delivered} looked at in what was delivered, ` +
    `longest turn of the event loop ${Math.round(hostile.longestTurnMs)} ms of CPU (${hostile.slowest}), ` +
    `of a request of 500 KB ${Math.round(hostile.longestTurnOfRequestMs)} ms, ` +
    `at most ${hostile.writtenPerByte.toFixed(1)} bytes written per byte received (${hostile.largest}), ` +
    `${figures.crashes} crashes, peak RSS ${Math.round(peakRssBytes / 2 ** 20)} MB, seed ${figures.seed}: ${conclusion}`
  );
}

async function main(): Promise<never> {
  return runProgram(PROGRAM, async ({ amount: bodies, seed, sabotage, server }, progress) => {
    const outcome = await fuzz({
      bodies,
      seed,
      kills: 5,
      costly: 100,
      sabotage,
      server,
      limitMs: LIMIT_MS,
      progress,
    });
    for (const problem of outcome.problems) progress.say(`BROKEN: ${problem}`);
    progress.say(`\n${describeFuzz(outcome)}`);
    return outcome.problems.length === 0;
  });
}

if (import.meta.main) await main();
