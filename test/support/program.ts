import { parseArgs } from 'node:util';
import { findSabotage, SABOTAGES } from './sabotage.ts';

/** One of the long programs that try to prove the collector wrong. */
export interface Program {
  /** As in `npm run …`. */
  name: string;
  about: string;
  /** How long it goes on, in its own measure. */
  amount: { option: string; what: string; usual: number; least: number; most: number; isWhole: boolean };
}

export interface ProgramOptions {
  amount: number;
  seed: number;
  sabotage: string | undefined;
}

function usage({ name, about, amount: { option, what } }: Program): string {
  const row = (flag: string, text: string) => `  ${flag.padEnd(16)} ${text}\n`;
  const sabotages = Object.entries(SABOTAGES).map(([key, { broken }]) => row('', `${key}: ${broken}`));
  return [
    `npm run ${name} -- [--${option} N] [--seed S] [--sabotage NAME]\n\n${about}\n`,
    row(`--${option} N`, what),
    row('--seed S', 'of everything that is random; printed, so that a red run can be repeated'),
    row('--sabotage NAME', 'breaks a promise on purpose; the program must then fail:'),
    ...sabotages,
  ].join('');
}

/** @throws in words, for what was typed wrong: a program that measured nothing must not look as if all was well. */
export function readOptions({ amount }: Program, args: string[]): ProgramOptions | 'help' {
  const { option, usual, least, most, isWhole } = amount;
  const { values } = parseArgs({
    args,
    options: {
      [option]: { type: 'string', default: String(usual) },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [number, seed] = [Number(values[option]), Number(values.seed)];
  if (!(number >= least && number <= most) || (isWhole && !Number.isInteger(number)))
    throw new Error(`--${option} wants a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed wants a whole number');
  const sabotage = typeof values.sabotage === 'string' ? values.sabotage : undefined;
  if (sabotage !== undefined) findSabotage(sabotage);
  return { amount: number, seed, sabotage };
}

/** Ends the process: 0 when every promise held, 1 when one broke, 2 when it was called wrongly. */
export async function runProgram(
  program: Program,
  run: (options: ProgramOptions) => Promise<boolean>,
): Promise<never> {
  let options: ProgramOptions | 'help';
  try {
    options = readOptions(program, process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage(program)}`);
    process.exit(2);
  }
  if (options === 'help') {
    process.stdout.write(usage(program));
    process.exit(0);
  }
  const { seed, sabotage } = options;
  process.stdout.write(`seed ${seed}${sabotage ? `, sabotage ${sabotage}` : ''}\n`);
  process.exit((await run(options)) ? 0 : 1);
}
