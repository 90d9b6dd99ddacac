/** How far a long program is, so that its output never stands still for ten seconds. */
export interface Progress {
  /** Names what is being done from now on; called anew for each line. */
  doing(describe: () => string): void;
  /** Writes a line of the program's own. */
  say(line: string): void;
  stop(): void;
}

/** Well below the ten seconds, since one line may wait for a busy event loop. */
const INTERVAL_MS = 5_000;

/** Writes a line whenever nothing has been written for five seconds. Keeps no process alive. */
export function startProgress(
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  intervalMs = INTERVAL_MS,
): Progress {
  const startedAtMs = performance.now();
  let describe = () => 'starting';
  let lastAtMs = startedAtMs;
  const say = (line: string) => {
    lastAtMs = performance.now();
    write(line);
  };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastAtMs < intervalMs) return;
    say(`  … ${Math.round((nowMs - startedAtMs) / 1_000)} s: ${describe()}`);
  }, intervalMs / 5).unref();
  return {
    say,
    doing(next) {
      describe = next;
    },
    stop: () => clearInterval(timer),
  };
}

/** For short runs in tests. */
export const NO_PROGRESS: Pick<Progress, 'doing'> = { doing() {} };
