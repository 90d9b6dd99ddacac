import { type ChildProcess, type Serializable, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { COLLECTOR_FLAGS } from '../../server/commands/node-flags.ts';
import type { Variables } from '../../server/config/variables.ts';
import type { EventList } from '../../shared/operator-api/index.ts';
import { CHILD_ENV } from './child-env.ts';
import { eventually } from './eventually.ts';
import type { TurnsAnswered, TurnsAsked } from './fleet-guard.ts';
import { sabotageArguments } from './sabotage.ts';
import { ADMIN_TOKEN } from './shop.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const NODE = join(ROOT, 'node_modules/.bin/node');
/** The program, from the root of the project. */
export const ENTRY = 'server/commands/storebeacon.ts';
const SAID_MAX = 200_000;

const GUARD = new URL('./fleet-guard.ts', import.meta.url).href;

/** How a process ended: one of the two is null. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What the operating system says of a process. */
export interface Usage {
  rssBytes: number;
  peakRssBytes: number;
  fds: number;
  /** What it and its threads wrote so far, to files and connections: of every file system, also one in memory. */
  writtenBytes: number;
}

/** The parts of `/admin/status` that programs look at. */
export interface Status {
  log?: { synchronous?: string; gaps?: { from: number; to: number }[] };
  destinations: { consumer: string; waiting: number; deadLetters: number; oldestAgeMs?: number }[];
}

export interface ProcessOptions {
  variables: Variables & { PORT: string; DATA_DIR: string };
  /** Runs it with one promise broken. */
  sabotage?: string | undefined;
  /** From the root of the project; default what `npm start` runs. */
  entry?: string;
  /** A program and its arguments that run the collector in their own place, keeping the process id. */
  wrap?: readonly string[];
  /** Default 15 000. */
  healthyWithinMs?: number;
}

/** A collector as an operator runs it: a process of its own. */
export interface CollectorProcess {
  base: string;
  pid: number;
  /** Sends a signal; resolves when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): Promise<Ended>;
  /** Resolves when it has ended by itself, or by another. */
  ended(): Promise<Ended>;
  hasEnded(): boolean;
  /** True when `/healthz` answers with success; false without an answer. */
  isHealthy(): Promise<boolean>;
  /** The newest of what it wrote, both streams. */
  said(): string;
  /** Undefined where there is no `/proc`, and once it has ended. */
  usage(): Usage | undefined;
  /** What an entry of ours understands. */
  send(message: Serializable): void;
  /** CPU time of the longest turn of its event loop since the last call; the first call begins to measure. */
  longestTurnMs(): Promise<number>;
  /** `/admin/status` as it is now. */
  status(): Promise<Status>;
  /** How many stored events the search does not find yet. */
  indexLag(): Promise<number>;
}

/**
 * Starts a collector with these variables and no others; resolves when `/healthz` answers. The caller ends it.
 *
 * @throws with everything the process said, when it ends before that.
 */
export async function startProcess(options: ProcessOptions): Promise<CollectorProcess> {
  const collector = launchProcess(options);
  try {
    await eventually(
      async () => {
        if (collector.hasEnded())
          throw new Error(`the collector ended before it listened:\n${collector.said()}`);
        return collector.isHealthy();
      },
      Boolean,
      options.healthyWithinMs,
    );
  } catch (error) {
    await collector.end('SIGKILL');
    throw error;
  }
  return collector;
}

/** As `startProcess`, but waits for nothing: what becomes of it is the caller's to see. */
export function launchProcess(options: ProcessOptions): CollectorProcess {
  const { variables, sabotage, entry = ENTRY, wrap = [] } = options;
  const env = { HOST: '127.0.0.1', ADMIN_TOKEN, ...CHILD_ENV, ...texts(variables) };
  const flags = [...COLLECTOR_FLAGS, '--import', GUARD, ...sabotageArguments(sabotage)];
  const [program = NODE, ...rest] = [...wrap, NODE, ...flags, entry, 'start'];
  const child = spawn(program, rest, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const pid = child.pid ?? 0;
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-SAID_MAX);
    });
  const base = `http://127.0.0.1:${variables.PORT}`;
  const admin = async <Answer>(path: string): Promise<Answer> => {
    const answer = await fetch(`${base}/admin/${path}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    return (await answer.json()) as Answer;
  };
  return {
    base,
    pid,
    end: (signal) => endProcess(child, signal),
    ended: () => whenEnded(child),
    hasEnded: () => hasEnded(child),
    isHealthy: () =>
      fetch(`${base}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    said: () => said,
    usage: () => usageOf(pid),
    send: (message) => void child.send(message),
    async longestTurnMs() {
      const answered = once(child, 'message');
      child.send({ turns: true } satisfies TurnsAsked);
      const [{ longestTurnMs }] = (await answered) as [TurnsAnswered];
      return longestTurnMs;
    },
    status: () => admin<Status>('status'),
    indexLag: async () => (await admin<EventList>('events?limit=1')).indexedUntil.lag,
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<Ended> {
  const ended = whenEnded(child);
  child.kill(signal);
  return ended;
}

async function whenEnded(child: ChildProcess): Promise<Ended> {
  if (!hasEnded(child)) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}

function usageOf(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name: string) =>
      Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1]) * 1024;
    return {
      rssBytes: bytes('VmRSS'),
      peakRssBytes: bytes('VmHWM'),
      fds: readdirSync(`/proc/${pid}/fd`).length,
      writtenBytes: Number(readFileSync(`/proc/${pid}/io`, 'utf8').match(/^wchar: (\d+)/m)?.[1]),
    };
  } catch {
    return undefined;
  }
}

/** As the shell would hand them over: what is not text becomes JSON. */
export const texts = (variables: Variables) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

/**
 * A free port that stays free while its listener restarts: it lies below those the system hands
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
