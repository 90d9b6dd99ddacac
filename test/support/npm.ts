import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { CHILD_ENV } from './child-env.ts';
import { eventually } from './eventually.ts';
import { tempDir } from './temp-dir.ts';

const run = promisify(execFile);

/** Runs npm to its end, with its cache and without our hooks. @throws when it fails. */
export const npm = (args: readonly string[], cwd: string) =>
  run('npm', args, { cwd, env: { PATH: CHILD_ENV.PATH, HOME: process.env.HOME } });

/** What an operator types in a terminal: npm and everything it starts are gone when the test is over. */
export function runNpm(
  [program = 'npm', ...args]: readonly string[],
  { cwd, variables }: { cwd: string; variables: Record<string, unknown> },
) {
  const env = { PATH: CHILD_ENV.PATH, HOME: tempDir(), ...variables } as Record<string, string>;
  const child = spawn(program, args, { cwd, env, detached: true });
  const group = -(child.pid ?? 0);
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  onTestFinished(() => {
    try {
      process.kill(group, 'SIGKILL');
    } catch {
      // The group is empty, as it should be.
    }
  });
  const isGone = () => {
    try {
      return !process.kill(group, 0);
    } catch {
      return true;
    }
  };
  const appears = (text: RegExp) =>
    eventually(
      () => text.exec(output)?.[1] ?? (child.exitCode === null ? output : Promise.reject(new Error(output))),
      () => text.test(output),
    );
  return {
    pid: child.pid,
    /** Resolves with what the first group matches, once that is written. */
    appears,
    /** The address, once the collector listens. */
    listening: async () => `http://127.0.0.1:${await appears(/"port":(\d+).*"msg":"listening"/)}`,
    /** SIGTERM to this process alone, which ends with 0. */
    async terminate() {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      expect({ code, signal, output }).toMatchObject({ code: 0, signal: null });
      expect(isGone()).toBe(true);
    },
    kill: () => child.kill('SIGTERM'),
    /** Resolves when nothing is left of it and of what it started. */
    gone: () => eventually(isGone, Boolean),
  };
}
