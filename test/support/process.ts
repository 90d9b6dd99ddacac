import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Variables } from '../../server/config.ts';
import { eventually } from './collector.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

/** How a process ended: one of the two is null. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A collector as an operator runs it: a process of its own, gone when the test is over. */
export interface CollectorProcess {
  base: string;
  /** Sends a signal; resolves when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended>;
}

/**
 * Starts `server/main.ts` with these variables and no others; resolves when `/healthz` answers.
 *
 * @throws with everything the process said, when it ends before that.
 */
export async function spawnCollector(
  variables: Variables & { PORT: string; DATA_DIR: string },
): Promise<CollectorProcess> {
  const env = { HOST: '127.0.0.1', PATH: process.env.PATH, ...texts(variables) };
  const child = spawn(NODE, ['server/main.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const base = `http://127.0.0.1:${variables.PORT}`;
  const end = (signal: 'SIGTERM' | 'SIGKILL') => endProcess(child, signal);
  onTestFinished(async () => void (await end('SIGKILL')));

  const isHealthy = () =>
    fetch(`${base}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false);
  await eventually(
    async () => {
      if (hasEnded(child)) throw new Error(`the collector ended before it listened:\n${said.join('')}`);
      return isHealthy();
    },
    (isUp) => isUp,
  );
  return { base, end };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<Ended> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return { code: child.exitCode, signal: child.signalCode };
}

/** As the shell would hand them over: what is not text becomes JSON. */
const texts = (variables: Variables) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

/**
 * A free port that stays free while whoever listens on it is down for a moment: it lies below those the system hands
 * out by itself to others.
 */
export async function freePort(): Promise<number> {
  for (let port = 20_000 + ((process.pid * 37) % 10_000); ; port++) if (await canListen(port)) return port;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
