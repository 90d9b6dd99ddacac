import { parseArgs } from 'node:util';
import { optionsOrExit, sabotageRows, usageRow } from './options.ts';
import { type Progress, startProgress } from './progress.ts';
import { findSabotage, SABOTAGES } from './sabotage.ts';

/** A long program that tries to break the collector's guarantees. */
export interface Program {
  /** As in `npm run …`. */
  name: string;
  about: string;
  /** How much it does, in its own unit. */
  amount: { option: string; what: string; usual: number; least: number; most: number; isWhole: boolean };
}

export interface ProgramOptions {
  amount: number;
  seed: number;
  sabotage: string | undefined;
}

const usage = ({ name, about, amount: { option, what } }: Program): string =>
  [
    `npm run ${name} -- [--${option} N] [--seed S] [--sabotage NAME]\n\n${about}\n\n`,
    usageRow(`--${option} N`, what),
    usageRow('--seed S', 'of everything random; printed, so that a failed run can be repeated'),
    ...sabotageRows(SABOTAGES),
  ].join('');

/** @throws in words, for an option that is unknown or makes no sense. */
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
    throw new Error(`--${option} must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number');
  const sabotage = typeof values.sabotage === 'string' ? values.sabotage : undefined;
  if (sabotage !== undefined) findSabotage(sabotage);
  return { amount: number, seed, sabotage };
}

/** Runs a program. Ends the process: 0 when every promise held, 1 when one broke, 2 when it was called wrongly. */
export async function runProgram(
  program: Program,
  run: (options: ProgramOptions, progress: Progress) => Promise<boolean>,
): Promise<never> {
  const options = optionsOrExit(usage(program), (args) => readOptions(program, args));
  const { seed, sabotage } = options;
  const progress = startProgress();
  progress.say(`seed ${seed}${sabotage ? `, sabotage ${sabotage}` : ''}`);
  process.exit((await run(options, progress)) ? 0 : 1);
}
