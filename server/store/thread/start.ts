import { Worker } from 'node:worker_threads';
import { fromFailure, LogUnavailable, toFailure } from '../errors.ts';
import type { Answers, Opened, Request } from './serve.ts';

// biome-ignore lint/suspicious/noExplicitAny: the parameters of a function not known yet
type Methods<M> = { [Name in keyof M]: (...args: any[]) => unknown };
/** What a caller gets: a job's result is what its generator returns. */
type Answer<F extends (...args: never[]) => unknown> =
  ReturnType<F> extends Generator<unknown, infer Result> ? Result : Awaited<ReturnType<F>>;

/** A storage thread seen from outside, typed by the methods it serves. */
export interface Thread<M extends Methods<M>> {
  /** @throws {LogUnavailable} when it could not be made durable, after `close`, and when the thread died. */
  call<Name extends keyof M & string>(name: Name, ...args: Parameters<M[Name]>): Promise<Answer<M[Name]>>;
  /** Like `call`, but nobody waits. Kept in order with the calls. */
  send<Name extends keyof M & string>(name: Name, ...args: Parameters<M[Name]>): void;
  /** Waits for everything under way, then for the thread to end. */
  close(): Promise<void>;
}

/**
 * Starts a storage thread, so that an fsync never stops the HTTP loop.
 *
 * @param file a module that calls `serveThread`.
 * @param onCommit told how long each of its transactions took.
 * @throws {DataDirUnusable} as the thread found it.
 */
export async function startThread<M extends Methods<M>>(
  file: URL,
  workerData: unknown,
  onCommit: (seconds: number) => void = () => {},
): Promise<Thread<M>> {
  const worker = new Worker(file, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let failure: Error = new LogUnavailable('the storage thread ended before it was ready');
    worker.once('error', reject);
    worker.once('exit', () => reject(failure));
    worker.once('message', (opened: Opened) => {
      if ('failure' in opened) failure = fromFailure(opened.failure);
      else resolve();
    });
  });

  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let gone: string | undefined;

  function lose(why: string): void {
    gone ??= why;
    for (const { reject } of pending.values()) reject(new LogUnavailable(gone));
    pending.clear();
  }
  worker.on('error', (error) => lose(`the storage thread died: ${toFailure(error).message}`));
  worker.on('exit', () => lose('the storage thread ended'));
  worker.on('message', ({ replies, commitSeconds }: Answers) => {
    if (commitSeconds !== undefined) onCommit(commitSeconds);
    for (const reply of replies) {
      const caller = pending.get(reply.id);
      pending.delete(reply.id);
      if ('failure' in reply) caller?.reject(fromFailure(reply.failure));
      else caller?.resolve(reply.value);
    }
  });

  /** Whatever is asked in one turn of the event loop crosses in one message, and so shares a transaction. */
  let asked: Request[] = [];
  const cross = () => {
    worker.postMessage(asked);
    asked = [];
  };
  const ask = (request: Request) => {
    if (asked.push(request) === 1) setImmediate(cross);
  };

  const post = (method: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (gone) return reject(new LogUnavailable(gone));
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      ask({ id, method, args });
    });

  return {
    call: (name, ...args) => post(name, args) as Promise<Answer<M[typeof name]>>,
    send(name, ...args) {
      if (!gone) ask({ method: name, args });
    },
    async close() {
      if (!gone) {
        const closed = post('close', []);
        gone = 'closed';
        await closed;
      }
      await exited;
    },
  };
}
