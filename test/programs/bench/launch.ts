import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

/**
 * Pinned to one core each, the measured server cannot borrow from the load generator, nor the other way round. What is
 * measured without a load may have both.
 */
export type Core = 'server' | 'load' | 'both';
const NUMBERS: Record<Core, string> = { server: '0', load: '1', both: '0,1' };
export const isPinned =
  cpus().length > 1 && spawnSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' }).status === 0;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Node with these arguments there, gone with this process. */
export function spawnOn(
  core: Core,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: 'ipc' | 'pipe',
): ChildProcess {
  const [command, ...rest] = isPinned ? ['taskset', '-c', NUMBERS[core], NODE, ...args] : [NODE, ...args];
  const child = spawn(command ?? NODE, rest, {
    cwd: ROOT,
    env,
    stdio: stdio === 'ipc' ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A process that answers one message with one message. */
export interface Helper<Hello> {
  pid: number;
  hello: Hello;
  ask<Answer>(question: object): Promise<Answer>;
  end(): Promise<void>;
}

/** Starts a file of this folder; resolves with the first thing it says. @throws when it ends before that. */
export async function launch<Hello>(
  core: Core,
  file: string,
  args: readonly string[] = [],
): Promise<Helper<Hello>> {
  const child = spawnOn(core, [join(import.meta.dirname, file), ...args], process.env, 'ipc');
  let waiting: { resolve: (message: unknown) => void; reject: (error: Error) => void } | undefined;
  child.on('message', (message) => waiting?.resolve(message));
  child.once('exit', (code) => waiting?.reject(new Error(`${file} ended with ${code}`)));
  const receive = <T>() =>
    new Promise<T>((resolve, reject) => {
      waiting = { resolve: resolve as (message: unknown) => void, reject };
    });
  return {
    pid: child.pid ?? 0,
    hello: await receive<Hello>(),
    ask(question) {
      child.send(question);
      return receive();
    },
    end: () => killProcess(child),
  };
}

/** For the processes themselves: none outlives the one that launched it. */
export function serveParent<Question>(answer: (question: Question) => Promise<object>): void {
  process.on(
    'message',
    (question: Question) => void answer(question).then((answered) => process.send?.(answered)),
  );
  process.once('disconnect', () => process.exit());
}

/** SIGKILL; resolves when the process is gone. No effect when it is gone already. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
