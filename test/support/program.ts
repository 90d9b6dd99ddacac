import { parseArgs } from 'node:util';
import { type DatabaseServer, ENGINES, type Engine, onEngine } from './database-server.ts';
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
  /** Where its collectors may store; default: the program's own choice, which no option changes. */
  engines?: readonly Engine[];
}

interface Parsed {
  amount: number;
  seed: number;
  sabotage: string | undefined;
  engine: Engine;
}
export interface ProgramOptions extends Omit<Parsed, 'engine'> {
  /** For the databases of its collectors; absent: SQLite. */
  server: DatabaseServer | undefined;
}

const usage = ({ name, about, amount: { option, what }, engines }: Program): string =>
  [
    `npm run ${name} -- [--${option} N] ${engines ? '[--engine E] ' : ''}[--seed S] [--sabotage NAME]\n\n${about}\n\n`,
    usageRow(`--${option} N`, what),
    engines
      ? usageRow('--engine E', 'sqlite (usual), or postgres: the server of DATABASE_URL, else one of its own')
      : '',
    usageRow('--seed S', 'of everything random; printed, so that a failed run can be repeated'),
    ...sabotageRows(SABOTAGES),
  ].join('');

/** @throws in words, for an option that is unknown or makes no sense. */
export function readOptions({ amount, engines }: Program, args: string[]): Parsed | 'help' {
  const { option, usual, least, most, isWhole } = amount;
  const { values }: { values: Record<string, string | boolean | undefined> } = parseArgs({
    args,
    options: {
      [option]: { type: 'string', default: String(usual) },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sabotage: { type: 'string' },
      ...(engines && { engine: { type: 'string' } as const }),
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
  const engine = ENGINES.find((known) => known === (values.engine ?? 'sqlite'));
  if (!engine) throw new Error(`--engine must be ${ENGINES.join(' or ')}`);
  return { amount: number, seed, sabotage, engine };
}

/** Runs a program. Ends the process: 0 when every promise held, 1 when one broke, 2 when it was called wrongly. */
export async function runProgram(
  program: Program,
  run: (options: ProgramOptions, progress: Progress) => Promise<boolean>,
): Promise<never> {
  const options = optionsOrExit(usage(program), (args) => readOptions(program, args));
  const { engine, ...rest } = options;
  const { seed, sabotage } = rest;
  const progress = startProgress();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  progress.say(
    `seed ${seed}${program.engines ? `, ${engine}` : ''}${sabotage ? `, sabotage ${sabotage}` : ''}`,
  );
  process.exit((await onEngine(engine, (server) => run({ ...rest, server }, progress))) ? 0 : 1);
}
