import { Worker } from 'node:worker_threads';
import { fromFailure, LogUnavailable, toFailure } from '../errors.ts';
import { gatherInto } from './gather.ts';
import type { Answers, Opened, Progress, Request } from './serve.ts';

// biome-ignore lint/suspicious/noExplicitAny: the parameters of any function
type Methods<M> = { [Name in keyof M]: (...args: any[]) => unknown };
/** The result of a job is what its generator returns. */
type Result<F extends (...args: never[]) => unknown> =
  ReturnType<F> extends Generator<unknown, infer R> | AsyncGenerator<unknown, infer R>
    ? R
    : Awaited<ReturnType<F>>;

/** A storage thread as its callers see it, typed by the methods of its engine. */
export interface Thread<M extends Methods<M>> {
  /**
   * The engine's methods. Each rejects with `LogUnavailable` when its result could not be made durable, after `close`,
   * and when the thread died.
   */
  call: { [Name in keyof M]: (...args: Parameters<M[Name]>) => Promise<Result<M[Name]>> };
  /** The same methods without a result, in order with those of `call`. */
  send: { [Name in keyof M]: (...args: Parameters<M[Name]>) => void };
  /** Waits for everything under way, then for the thread to end. */
  close(): Promise<void>;
}

export interface ThreadHooks {
  /** Receives the duration of each transaction. */
  onCommit?: (seconds: number) => void;
  /** Something that was sent without a result is durable. */
  onSent?: () => void;
  /** Receives what the thread does before it opens, when that takes long. */
  onProgress?: (progress: Progress) => void;
  /** Runs before each `call`; what it sends arrives first. */
  beforeCall?: () => void;
}

/**
 * Starts a storage thread, so that an fsync never blocks the HTTP event loop.
 *
 * @param file a module that calls `serveThread`.
 * @throws {DataDirUnusable} as the thread reported it.
 */
export async function startThread<M extends Methods<M>>(
  file: URL,
  workerData: unknown,
  { onCommit = () => {}, onSent = () => {}, onProgress = () => {}, beforeCall = () => {} }: ThreadHooks = {},
): Promise<Thread<M>> {
  const worker = new Worker(file, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const methods = await new Promise<readonly string[]>((resolve, reject) => {
    let failure: Error = new LogUnavailable('the storage thread ended before it was ready');
    worker.once('error', reject);
    worker.once('exit', () => reject(failure));
    worker.on('message', function read(opened: Opened) {
      if ('progress' in opened) return onProgress(opened.progress);
      worker.off('message', read);
      if ('failure' in opened) failure = fromFailure(opened.failure);
      else resolve(opened.methods);
    });
  });

  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  /** Set once the thread accepts no more requests: why. */
  let endedBy: string | undefined;

  function rejectAll(why: string): void {
    endedBy ??= why;
    for (const { reject } of pending.values()) reject(new LogUnavailable(endedBy));
    pending.clear();
  }
  worker.on('error', (error) => rejectAll(`the storage thread died: ${toFailure(error).message}`));
  worker.on('exit', () => rejectAll('the storage thread ended'));
  worker.on('message', ({ replies, commitSeconds, hasSent }: Answers) => {
    if (commitSeconds !== undefined) onCommit(commitSeconds);
    if (hasSent) onSent();
    for (const reply of replies) {
      const caller = pending.get(reply.id);
      pending.delete(reply.id);
      if ('failure' in reply) caller?.reject(fromFailure(reply.failure));
      else caller?.resolve(reply.value);
    }
  });

  /** What is posted in one message shares a transaction. */
  const enqueue = gatherInto<Request>(
    (requests) => worker.postMessage(requests),
    () => pending.size > 1,
  );

  const request = (method: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (endedBy !== undefined) return reject(new LogUnavailable(endedBy));
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      enqueue({ id, method, args });
    });
  const call = (method: string, args: unknown[]) => {
    beforeCall();
    return request(method, args);
  };
  const send = (method: string, args: unknown[]) => {
    if (endedBy === undefined) enqueue({ method, args });
  };

  return {
    call: withMethods(methods, call) as Thread<M>['call'],
    send: withMethods(methods, send) as Thread<M>['send'],
    async close() {
      if (endedBy === undefined) {
        const closed = request('close', []);
        endedBy = 'closed';
        await closed;
      }
      await exited;
    },
  };
}

/** An object with one function per method; its type is what the thread was started for. */
const withMethods = (
  methods: readonly string[],
  invoke: (method: string, args: unknown[]) => unknown,
): unknown => Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => invoke(name, args)]));
