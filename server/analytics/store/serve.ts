import { type MessagePort, parentPort } from 'node:worker_threads';
import { toFailure } from '../../store/errors.ts';
import type { Answers, Opened, Reply, Request } from '../../store/thread/serve.ts';

/** An engine whose calls are asynchronous, as those of a query builder are. */
export interface AsyncEngine {
  /** Runs `work` with methods that share one transaction: durable when it resolves, or nothing of it. */
  transaction<T>(work: (methods: AsyncMethods) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: called by name, with what the caller's types allow
export type AsyncMethods = Record<string, (...args: any[]) => Promise<unknown>>;

/** The whole of a thread that serves one engine: opens, says so, answers. */
export async function serveAsync(open: () => Promise<AsyncEngine>): Promise<void> {
  if (!parentPort) throw new Error('a storage engine runs in a thread of its own');
  try {
    serve(parentPort, await open());
    parentPort.postMessage({ ready: true } satisfies Opened);
  } catch (error) {
    parentPort.postMessage({ failure: toFailure(error) } satisfies Opened);
  }
}

/** Whatever arrived while one transaction was under way shares the next one, until it is told to close. */
function serve(port: MessagePort, engine: AsyncEngine): void {
  let waiting: Request[] = [];
  let isRunning = false;
  port.on('message', (requests: Request[]) => {
    waiting.push(...requests);
    if (!isRunning) void run();
  });

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const requests = waiting;
      waiting = [];
      const calls = requests.filter(({ method }) => method !== 'close');
      if (calls.length > 0) port.postMessage({ replies: await answer(calls) } satisfies Answers);
      const closing = requests.find(({ method }) => method === 'close');
      if (closing) return finish(closing);
    }
    isRunning = false;
  }

  /** When one of them fails nothing of all was done, and each is tried by itself. */
  async function answer(calls: readonly Request[]): Promise<Reply[]> {
    try {
      return await together(calls);
    } catch (error) {
      const [only] = calls;
      if (calls.length === 1 && only) return [{ id: only.id ?? 0, failure: toFailure(error) }];
      const replies: Reply[] = [];
      for (const call of calls) replies.push(...(await answer([call])));
      return replies;
    }
  }

  const together = (calls: readonly Request[]) =>
    engine.transaction(async (methods) => {
      const replies: Reply[] = [];
      for (const { id = 0, method, args } of calls) {
        const call = methods[method];
        if (!call) throw new Error(`no such call: ${method}`);
        replies.push({ id, value: await call(...args) });
      }
      return replies;
    });

  async function finish({ id = 0 }: Request): Promise<void> {
    await engine.close();
    port.postMessage({ replies: [{ id, value: undefined }] } satisfies Answers);
    port.close();
  }
}
