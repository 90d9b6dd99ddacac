/** With 4 MB for new objects instead of 16, a collector at rest needs less memory, and more garbage is found while it is small. */
export const COLLECTOR_FLAGS: readonly string[] = ['--max-semi-space-size=4'];

/**
 * Continues with these flags in the same process, which keeps its id; does nothing where it has them. Windows has no such
 * call: there it runs without them.
 */
export function ensureNodeFlags(flags: readonly string[]): void {
  const { platform, execPath, execArgv, argv } = process;
  if (platform === 'win32' || flags.every((flag) => execArgv.includes(flag))) return;
  process.execve?.(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)]);
}
