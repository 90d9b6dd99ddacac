/**
 * The options of a program: `read` of its arguments. Ends the process with 0 after `--help`, and with 2 when `read`
 * throws: a program that was called wrongly must not look as if it had held every promise.
 */
export function optionsOrExit<Options>(usage: string, read: (args: string[]) => Options | 'help'): Options {
  const options = tryRead(usage, read);
  if (options !== 'help') return options;
  process.stdout.write(usage);
  process.exit(0);
}

function tryRead<Options>(usage: string, read: (args: string[]) => Options | 'help'): Options | 'help' {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

/** One line of a usage text. */
export const usageRow = (flag: string, text: string) => `  ${flag.padEnd(20)} ${text}\n`;

/** The lines of a usage text about `--sabotage`. */
export const sabotageRows = (sabotages: Readonly<Record<string, { broken: string }>>): string[] => [
  usageRow('--sabotage NAME', 'breaks a promise on purpose; the program must then fail:'),
  ...Object.entries(sabotages).map(([name, { broken }]) => usageRow('', `${name}: ${broken}`)),
];
