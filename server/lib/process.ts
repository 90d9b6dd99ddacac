import { OperatorError } from './operator-error.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

const PARENT_MS = 500;

export interface StopOptions {
  /** Is called on SIGHUP in place of `stop`. */
  reload?: (() => void) | undefined;
  /**
   * The end of the parent counts as a signal. `npx` hands a signal to the shell it started and to nothing else, and many
   * shells end without handing it on.
   */
  isRunByNpm?: boolean;
}

/** Calls `stop` on the first signal and exits with 0 when it resolved, 1 when it rejected. A second signal exits at once. */
export function stopOnSignals(stop: () => Promise<void>, options: StopOptions = {}): void {
  const { reload, isRunByNpm = false } = options;
  let isStopping = false;
  const begin = () => {
    isStopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (signal === 'SIGHUP' && reload) return isStopping ? undefined : reload();
      if (isStopping) process.exit(1);
      begin();
    });
  const parent = process.ppid;
  const onParent = () => process.ppid !== parent && !isStopping && begin();
  if (isRunByNpm) setInterval(onParent, PARENT_MS).unref();
}

/**
 * Runs a program. An `OperatorError`, and a port that cannot be opened, become a message on standard error and exit
 * code 1; any other error keeps its stack trace.
 */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const message = error instanceof OperatorError ? error.message : describeListenError(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

function describeListenError(error: unknown): string | undefined {
  const { code, syscall, address, port } = error as Record<'code' | 'syscall' | 'address' | 'port', unknown>;
  if (syscall !== 'listen') return undefined;
  return code === 'EADDRINUSE'
    ? `Port ${port} is already in use on ${address}. Stop the process that listens there, or choose another PORT.`
    : `Cannot listen on ${address}:${port} (${code}). Check HOST and PORT.`;
}
