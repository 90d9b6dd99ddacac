import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Failure, sqliteFault, toFailure } from '../errors.ts';
import { type Call, commitTogether } from './group-commit.ts';

type Handlers = Record<string, (...args: never[]) => unknown>;
type Jobs = Record<string, (...args: never[]) => Generator<undefined, unknown>>;

/** What a storage thread can do, by name. */
export interface Engine {
  /** All of `work`, or nothing: in the file and in what the engine keeps in memory. */
  transaction<T>(work: () => T): T;
  reads: Handlers;
  writes: Handlers;
  /** Long work in small transactions of its own. Each `yield` lets waiting calls go first. */
  jobs: Jobs;
  /** A job of the engine's own that should be done now. `isIdle`: there has been nothing else to do for a moment. */
  upkeep?(isIdle: boolean): Generator<undefined, void> | undefined;
  close(): void | Promise<void>;
}

/** `id` is missing when nobody waits for the answer; `close` is every engine's. */
export interface Request {
  id?: number;
  method: string;
  args: unknown[];
}
export type Reply = { id: number; value: unknown } | { id: number; failure: Failure };

/** What one turn came to. */
export interface Answers {
  replies: Reply[];
  /** How long its transaction took, fsync included; absent when there was none. */
  commitSeconds?: number;
}

interface Job {
  /** Missing when it is the engine's own: nobody waits for an answer. */
  id?: number | undefined;
  steps: Generator<undefined, unknown>;
}

/** The first message of a thread: it is ready, or why not. */
export type Opened = { ready: true } | { failure: Failure };

const RETRY_MS = 1000;
const IDLE_AFTER_MS = 250;

/** The whole of a storage thread: opens, says so, serves. Its module is what `startThread` names. */
export function serveThread(open: () => Engine): void {
  if (!parentPort) throw new Error('a storage engine runs in a thread of its own');
  try {
    serve(parentPort, open());
    parentPort.postMessage({ ready: true } satisfies Opened);
  } catch (error) {
    parentPort.postMessage({ failure: toFailure(error) } satisfies Opened);
  }
}

/**
 * Answers requests from a port until it is told to close. Whatever arrived while one transaction committed goes into
 * the next one. A request nobody waits for (a settled delivery) is kept and tried again while the disk is full.
 */
export function serve(port: MessagePort, engine: Engine): void {
  let waiting: Request[] = [];
  const jobs: Job[] = [];
  let closing: Request | undefined;
  let scheduled = false;
  let retryTimer: NodeJS.Timeout | undefined;
  const idleTimer = setTimeout(() => startUpkeep(true), IDLE_AFTER_MS).unref();

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  };

  port.on('message', (requests: Request[]) => {
    for (const request of requests) {
      if (request.method === 'close') closing = request;
      else waiting.push(request);
    }
    schedule();
  });

  function turn(): void {
    scheduled = false;
    clearTimeout(retryTimer);
    const requests = waiting;
    waiting = [];
    commit(requests.filter((request) => !startJob(request)));
    stepOneJob();
    idleTimer.refresh();
    startUpkeep(false);
    if (jobs.length > 0) schedule();
    else if (closing) finish(closing);
    else if (waiting.length > 0) retryTimer = setTimeout(schedule, RETRY_MS);
  }

  function startUpkeep(isIdle: boolean): void {
    const steps = closing ? undefined : engine.upkeep?.(isIdle);
    if (!steps) return;
    jobs.push({ steps });
    schedule();
  }

  /** Puts back what nobody waits for when the disk fails: at most one settlement per delivery handed out. */
  function commit(requests: Request[]): void {
    if (requests.length === 0) return;
    const replies: Reply[] = [];
    const startedAtMs = performance.now();
    commitTogether(engine.transaction, requests.map(toCall)).forEach((result, index) => {
      const request = requests[index];
      if (request?.id !== undefined) replies.push(toReply(request.id, result));
      else if (request && 'error' in result && sqliteFault(result.error)) waiting.push(request);
    });
    const commitSeconds = (performance.now() - startedAtMs) / 1000;
    port.postMessage({ replies, commitSeconds } satisfies Answers);
  }

  function toCall({ method, args }: Request): Call {
    const write = engine.writes[method];
    const handler = write ?? engine.reads[method];
    if (!handler) throw new Error(`no such call: ${method}`);
    return { writes: write !== undefined, run: () => handler(...(args as never[])) };
  }

  function startJob({ id = 0, method, args }: Request): boolean {
    const job = engine.jobs[method];
    if (job) jobs.push({ id, steps: job(...(args as never[])) });
    return job !== undefined;
  }

  /** One step in each turn, whoever's turn it is: a long job delays the others no more than a short one. */
  function stepOneJob(): void {
    const job = jobs.shift();
    if (!job) return;
    try {
      const step = job.steps.next();
      if (!step.done) jobs.push(job);
      else if (job.id !== undefined) answer({ id: job.id, value: step.value });
    } catch (error) {
      if (job.id !== undefined) answer({ id: job.id, failure: toFailure(error) });
    }
  }

  const answer = (reply: Reply) => port.postMessage({ replies: [reply] } satisfies Answers);

  async function finish({ id = 0 }: Request): Promise<void> {
    clearTimeout(idleTimer);
    await engine.close();
    answer({ id, value: undefined });
    port.close();
  }
}

function toReply(id: number, result: { value: unknown } | { error: unknown }): Reply {
  return 'error' in result ? { id, failure: toFailure(result.error) } : { id, value: result.value };
}
