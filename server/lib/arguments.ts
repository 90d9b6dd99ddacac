import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** A command was called wrongly. The message names what is wrong. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Options by name, and no other arguments. @throws {UsageError} */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
