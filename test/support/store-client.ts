import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { Claim, Job } from '../../server/store/jobs.ts';
import type { LogOptions } from '../../server/store/open.ts';
import type { Accepted, Depth, Entry } from '../../server/store/store.ts';
import { sabotageArguments } from './sabotage.ts';
import { shiftedClockArguments } from './shifted-clock.ts';

export interface StoreCall {
  id: number;
  method: 'accept' | 'lease' | 'ack' | 'kill' | 'replay' | 'depth' | 'claimJob' | 'readFact' | 'writeFact';
  args: unknown[];
}
/** `id` 0: it was opened, or could not be. */
export interface StoreAnswer {
  id: number;
  result?: unknown;
  error?: string;
}

export interface Leased {
  messageId: string;
  attempt: number;
  /** An earlier attempt may have been sent. */
  isUncertain: boolean;
  event?: string;
  orderId?: string;
}

/** A store in another process. */
export interface StoreProcess {
  accept(entries: Entry[]): Promise<Accepted[]>;
  lease(consumer: string, max: number): Promise<Leased[]>;
  ack(messageIds: string[], consumer: string): Promise<Depth>;
  /** Makes leased events dead letters, and replays all dead letters of a consumer. */
  kill(messageIds: string[], consumer: string): Promise<Depth>;
  replay(consumer: string): Promise<number>;
  depth(consumer: string): Promise<Depth>;
  claimJob(job: Job): Promise<Claim | undefined>;
  readFact(name: string): Promise<string | undefined>;
  writeFact(name: string, value: string, claim: Claim): Promise<boolean>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * @param engine the URL of a module that exports `openLog`.
 * @param how `shiftMs`: how far the clock of its machine is ahead. `sabotage`: which promise it breaks.
 * @throws {Error} with the engine's message when it cannot be opened.
 */
export async function openInProcess(
  engine: string,
  options: Omit<LogOptions, 'clock' | 'steady' | 'watch'>,
  how: { shiftMs?: number; sabotage?: string | undefined } = {},
): Promise<StoreProcess> {
  const { shiftMs = 0, sabotage } = how;
  const child = fork(new URL('./store-process.ts', import.meta.url), [engine, JSON.stringify(options)], {
    execArgv: [...process.execArgv, ...shiftedClockArguments(shiftMs), ...sabotageArguments(sabotage)],
  });
  const waiting = new Map<number, (answer: StoreAnswer) => void>();
  const answered = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error)),
      );
    });
  child.on('message', (answer: StoreAnswer) => waiting.get(answer.id)?.(answer));
  const end = (signal: 'SIGTERM' | 'SIGKILL') => endProcess(child, signal);
  onTestFinished(() => end('SIGKILL'));
  await answered(0);

  let last = 0;
  const call = (method: StoreCall['method'], ...args: unknown[]) => {
    const message: StoreCall = { id: ++last, method, args };
    child.send(message);
    return answered(message.id) as Promise<never>;
  };
  return {
    accept: (entries) => call('accept', entries),
    lease: (consumer, max) => call('lease', consumer, max),
    ack: (messageIds, consumer) => call('ack', messageIds, consumer),
    kill: (messageIds, consumer) => call('kill', messageIds, consumer),
    replay: (consumer) => call('replay', consumer),
    depth: (consumer) => call('depth', consumer),
    claimJob: (job) => call('claimJob', job),
    readFact: (name) => call('readFact', name),
    writeFact: (name, value, claim) => call('writeFact', name, value, claim),
    signal: (signal) => void child.kill(signal),
    end,
  };
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
