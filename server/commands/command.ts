import { UsageError } from '../lib/arguments.ts';

/** One of the programs of `storebeacon`. */
export interface Command {
  /** What `--help` prints. */
  usage: string;
  /** @throws {UsageError} for arguments it does not know, {OperatorError} for what an operator can fix. */
  run(args: readonly string[]): Promise<void>;
}

const HELP = ['--help', '-h'];
export const asksForHelp = (args: readonly string[]): boolean => args.some((arg) => HELP.includes(arg));

/** Ends with exit code 2 where it was called wrongly. */
export async function runCommand({ usage, run }: Command, args: readonly string[]): Promise<void> {
  if (asksForHelp(args)) return void process.stdout.write(usage);
  try {
    await run(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    failUsage(error.message, usage);
  }
}

/** What is wrong, and how it is called. */
export function failUsage(problem: string, usage: string): void {
  process.stderr.write(`${problem}\n\n${usage}`);
  process.exitCode = 2;
}
