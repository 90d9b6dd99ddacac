/** With more room for new objects than V8 gives a small machine, few of those of a flood outlive their request: less is copied, and a core that is busy is held up less. */
export const COLLECTOR_FLAGS: readonly string[] = ['--max-semi-space-size=16'];

/**
 * Continues with these flags in the same process, which keeps its id; does nothing where it has them. Windows has no such
 * call: there it runs without them.
 */
export function ensureNodeFlags(flags: readonly string[]): void {
  const { platform, execPath, execArgv, argv } = process;
  if (platform === 'win32' || flags.every((flag) => execArgv.includes(flag))) return;
  process.execve?.(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)]);
}
