import { parseArgs } from 'node:util';
import { inEnglish } from '../../../shared/advice/notice.ts';
import { optionsOrExit, usageRow } from '../../support/options.ts';
import { monthHour } from './data.ts';
import { evaluateMonth, type Judged, simulateMonth } from './run.ts';

const USAGE = [
  'npm run watchdog -- [--seed S] [--months N]\n\n',
  'Lets the watchdog look at simulated months in which every alarm is known, and prints what it found.\n\n',
  usageRow('--seed S', 'of everything random (1)'),
  usageRow('--months N', 'so many months, with the seeds from S (1)'),
].join('');
const WEEKS = 30 / 7;

function readOptions(args: string[]): { seed: number; months: number } | 'help' {
  const options = {
    seed: { type: 'string' },
    months: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) return 'help';
  const [seed, months] = [Number(values.seed ?? 1), Number(values.months ?? 1)];
  if (![seed, months].every((number) => Number.isSafeInteger(number) && number > 0))
    throw new Error('--seed and --months are whole numbers above zero');
  return { seed, months };
}

/** In time, ended in time, and not a message too many. */
export function isAsPromised({ planted, foundAfterHours, endedAfterHours, messages }: Judged): boolean {
  if (foundAfterHours === undefined || foundAfterHours > planted.foundWithin) return false;
  return endedAfterHours !== undefined
    ? messages === 2 && endedAfterHours <= planted.endsWithin
    : messages === 1;
}

function row(judged: Judged): string {
  const { planted, foundAfterHours, endedAfterHours, messages } = judged;
  const { rule, shop = '', destination = '', hours, level } = planted;
  const hoursOf = (value: number | undefined) => (value === undefined ? '–' : `${value} h`);
  return [
    isAsPromised(judged) ? '✓' : '✗',
    rule.padEnd(24),
    `${shop} ${destination}`.padEnd(17),
    `${hours} h to ${level}`.padEnd(14),
    `found after ${hoursOf(foundAfterHours).padEnd(8)} (≤ ${planted.foundWithin} h)`.padEnd(34),
    `ended after ${hoursOf(endedAfterHours).padEnd(8)} (≤ ${planted.endsWithin} h)`.padEnd(34),
    `${messages} messages`,
  ].join(' ');
}

async function main(): Promise<void> {
  const { seed, months } = optionsOrExit(USAGE, readOptions);
  let broken = 0;
  let alarms = 0;
  for (let nth = 0; nth < months; nth++) {
    const { judged, falseAlarms } = evaluateMonth(await simulateMonth(seed + nth));
    const lines = months === 1 ? judged : judged.filter((one) => !isAsPromised(one));
    for (const one of lines) process.stdout.write(`${row(one)}\n`);
    for (const { incident, atMs } of falseAlarms)
      process.stdout.write(
        `false: ${incident.rule} ${incident.shop ?? ''} ${incident.destination ?? ''}, hour ${monthHour(atMs)}: ${inEnglish(incident).means}\n`,
      );
    const missed = judged.filter((one) => !isAsPromised(one)).length;
    broken += missed;
    alarms += falseAlarms.length;
    process.stdout.write(
      `seed ${seed + nth}: ${judged.length - missed} of ${judged.length} as promised, ${falseAlarms.length} false alarms\n`,
    );
  }
  const perWeek = alarms / months / WEEKS;
  process.stdout.write(
    `${months} months: ${perWeek.toFixed(2)} false alarms a week, ${broken} promises broken\n`,
  );
  process.exit(broken > 0 || perWeek > 1 ? 1 : 0);
}

if (import.meta.main) await main();
