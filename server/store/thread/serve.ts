import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Failure, storageFault, toFailure } from '../errors.ts';
import type { Engine } from './engine.ts';
import { commitTogether, type Settled } from './group-commit.ts';

/** `id` is absent when the caller does not wait for the result; every thread has the method `close`. */
export interface Request {
  id?: number;
  method: string;
  args: unknown[];
}
export type Reply = { id: number; value: unknown } | { id: number; failure: Failure };

/** The replies of one turn. */
export interface Answers {
  replies: Reply[];
  /** How long its transaction took, fsync included; absent when there was none. */
  commitSeconds?: number;
  /** Requests without `id` were among what it made durable. */
  hasSent?: boolean;
}

interface Job {
  /** Absent for upkeep and when the caller does not wait. */
  id?: number | undefined;
  steps: Generator<undefined, unknown> | AsyncGenerator<undefined, unknown>;
}

/** The first messages of a thread: what long work it does before it opens, then its methods, or why it could not open. */
export type Opened = { methods: readonly string[] } | { failure: Failure } | { progress: Progress };
export interface Progress {
  step: string;
  /** Rows so far. */
  done: number;
}

const RETRY_MS = 1000;
const IDLE_AFTER_MS = 250;

/** Opens an engine, reports its methods and serves it. `startThread` runs a module that calls this. */
export async function serveThread(
  open: (onProgress: (progress: Progress) => void) => Engine | Promise<Engine>,
): Promise<void> {
  if (!parentPort) throw new Error('a storage engine runs in a worker thread');
  const port = parentPort;
  try {
    const engine = await open((progress) => port.postMessage({ progress } satisfies Opened));
    serve(parentPort, engine);
    parentPort.postMessage({ methods: engine.names } satisfies Opened);
  } catch (error) {
    parentPort.postMessage({ failure: toFailure(error) } satisfies Opened);
  }
}

/**
 * Answers requests from a port until `close`. Requests that arrive while one transaction commits share the next one.
 * A request without `id` (a settled delivery) that fails because of the disk is tried again until it succeeds.
 */
function serve(port: MessagePort, engine: Engine): void {
  let arrived: Request[] = [];
  let postponed: Request[] = [];
  const jobs: Job[] = [];
  let closing: Request | undefined;
  let isScheduled = false;
  let retryTimer: NodeJS.Timeout | undefined;
  const idleTimer = setTimeout(() => startUpkeep(true), IDLE_AFTER_MS).unref();

  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(turn);
  };

  port.on('message', (requests: Request[]) => {
    for (const request of requests) {
      if (request.method === 'close') closing = request;
      else arrived.push(request);
    }
    schedule();
  });

  /** `isScheduled` stays true until its end, so that two turns never overlap. */
  async function turn(): Promise<void> {
    clearTimeout(retryTimer);
    const requests = postponed.concat(arrived);
    postponed = [];
    arrived = [];
    await commit(requests.filter((request) => !startJob(request)));
    await stepOneJob();
    isScheduled = false;
    idleTimer.refresh();
    startUpkeep(false);
    if (jobs.length > 0 || arrived.length > 0) schedule();
    else if (closing) await finish(closing);
    else if (postponed.length > 0) retryTimer = setTimeout(schedule, RETRY_MS);
  }

  function startUpkeep(isIdle: boolean): void {
    const steps = closing ? undefined : engine.upkeep?.(isIdle);
    if (!steps) return;
    jobs.push({ steps });
    schedule();
  }

  async function commit(requests: Request[]): Promise<void> {
    if (requests.length === 0) return;
    const calls = requests.map(({ method, args }) => ({ writes: engine.writes(method), method, args }));
    const startedAtMs = performance.now();
    const settled = await commitTogether(engine.runAll, calls);
    const commitSeconds = (performance.now() - startedAtMs) / 1000;
    const replies: Reply[] = [];
    let hasSent = false;
    for (const [index, result] of settled.entries()) {
      const request = requests[index];
      if (request?.id !== undefined) replies.push(toReply(request.id, result));
      else if (request && 'error' in result) {
        if (storageFault(result.error)) postponed.push(request);
      } else hasSent = true;
    }
    port.postMessage({ replies, commitSeconds, hasSent } satisfies Answers);
  }

  function startJob({ id, method, args }: Request): boolean {
    const job = engine.jobs[method];
    if (job) jobs.push({ id, steps: job(...(args as never[])) });
    return job !== undefined;
  }

  /** One step per turn, the jobs in rotation, so that the length of a job does not matter to other requests. */
  async function stepOneJob(): Promise<void> {
    const job = jobs.shift();
    if (!job) return;
    try {
      const step = await job.steps.next();
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

const toReply = (id: number, result: Settled): Reply =>
  'error' in result ? { id, failure: toFailure(result.error) } : { id, value: result.value };
