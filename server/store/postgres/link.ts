import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** One statement as the server is sent it. */
export interface Statement {
  text: string;
  values: unknown[];
}
export interface LinkRequest {
  id: number;
  statements: Statement[];
  isEnd?: true;
}
export type LinkAnswer =
  | { rows: unknown[]; changes: number }
  | { failure: { message: string; code?: string | undefined } };
export interface LinkData {
  url: string;
  /** Statements that each connection begins with. */
  settings: readonly string[];
  signal: SharedArrayBuffer;
}

/** What the server refused, or that it could not be reached (no `code`, or one of Node's). @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
export class PostgresError extends Error {
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.name = 'PostgresError';
    this.code = code;
  }
}

/** One connection, used by a thread that waits for each answer. */
export interface Link {
  /** Sends all statements in one round trip. Returns the rows of the last. @throws {PostgresError} */
  run(statements: Statement[]): { rows: unknown[]; changes: number };
  close(): void;
}

/** A storage thread has nothing else to do while a transaction waits for the database, so it blocks. */
export function openLink(url: string, settings: readonly string[]): Link {
  const signal = new SharedArrayBuffer(4);
  const answered = new Int32Array(signal);
  const { port1, port2 } = new MessageChannel();
  const data = { url, settings, signal, port: port2 as MessagePort };
  const worker = new Worker(new URL('./link-worker.ts', import.meta.url), {
    workerData: data,
    transferList: [port2],
  });
  worker.unref();
  let last = 0;

  function ask(request: Omit<LinkRequest, 'id'>) {
    const id = ++last;
    port1.postMessage({ id, ...request } satisfies LinkRequest);
    while (Atomics.load(answered, 0) !== id) Atomics.wait(answered, 0, id - 1, 1000);
    const answer = receiveMessageOnPort(port1)?.message as LinkAnswer;
    if ('failure' in answer) throw new PostgresError(answer.failure.message, answer.failure.code);
    return answer;
  }

  return {
    run: (statements) => ask({ statements }),
    close() {
      ask({ statements: [], isEnd: true });
      port1.close();
    },
  };
}
