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

/** The one argument of a command, and no options. @param what it is, for the message. @throws {UsageError} */
export function readArgument(args: readonly string[], what: string): string {
  try {
    const [value, ...others] = parseArgs({
      args: [...args],
      options: {},
      allowPositionals: true,
    }).positionals;
    if (value !== undefined && value !== '' && others.length === 0) return value;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(`name one ${what}`);
}
