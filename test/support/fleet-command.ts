import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CHILD_ENV } from './child-env.ts';
import { ENTRY, NODE, type ProcessOptions, ROOT, texts } from './fleet-process.ts';
import { sabotageArguments } from './sabotage.ts';

/**
 * Runs a command of the program to its end, with these variables and no others.
 *
 * @throws with what it wrote to its error stream, when it does not end with 0.
 */
export async function runCommand(
  args: readonly string[],
  { variables, sabotage }: Pick<ProcessOptions, 'variables' | 'sabotage'>,
): Promise<void> {
  await promisify(execFile)(NODE, [...sabotageArguments(sabotage), ENTRY, ...args], {
    cwd: ROOT,
    env: { ...CHILD_ENV, ...texts(variables) },
  });
}
