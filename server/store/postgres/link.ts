import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { PostgresError } from '../errors.ts';

/** One statement as the server is sent it. */
export interface Statement {
  /** Of one that is sent again and again: where it can be, it is parsed and planned once for each connection. */
  name?: string;
  text: string;
  values: unknown[];
}
export interface LinkRequest {
  id: number;
  statements: Statement[];
  /** The first statement begins a transaction; else they continue one, and fail when the connection of that one is lost. */
  isBegin: boolean;
  /** Whose rows are returned; default: the last. */
  answer?: number | undefined;
  isEnd?: true;
}
export type LinkAnswer =
  | { rows: unknown[]; changes: number }
  | { failure: { message: string; code?: string | undefined } };
export interface LinkData {
  url: string;
  /** In which statements find their tables. */
  schema: string;
  signal: SharedArrayBuffer;
}

/** One connection, used by a thread that waits for each answer. */
export interface Link {
  /** Sends all statements in one round trip. @throws {PostgresError} */
  run(request: Omit<LinkRequest, 'id'>): { rows: unknown[]; changes: number };
  close(): void;
}

/** A storage thread has nothing else to do while a transaction waits for the database, so it blocks. */
export function openLink(url: string, schema: string): Link {
  const signal = new SharedArrayBuffer(4);
  const answered = new Int32Array(signal);
  const { port1, port2 } = new MessageChannel();
  const data = { url, schema, signal, port: port2 as MessagePort };
  const worker = new Worker(new URL('./link-worker.ts', import.meta.url), {
    workerData: data,
    transferList: [port2],
  });
  worker.unref();
  let last = 0;

  function run(request: Omit<LinkRequest, 'id'>) {
    const id = ++last;
    port1.postMessage({ id, ...request } satisfies LinkRequest);
    while (Atomics.load(answered, 0) !== id) Atomics.wait(answered, 0, id - 1, 1000);
    const answer = receiveMessageOnPort(port1)?.message as LinkAnswer;
    if ('failure' in answer) throw new PostgresError(answer.failure.message, answer.failure.code);
    return answer;
  }

  return {
    run,
    close() {
      run({ statements: [], isBegin: true, isEnd: true });
      port1.close();
    },
  };
}
